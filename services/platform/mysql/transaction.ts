import type { Knex } from 'knex'
import { toSqlTime } from './connection.ts'
import { asDatabaseError } from './database-error.ts'

export type SqlValue = string | number | bigint | Buffer | Date | null
export type SqlRow = readonly SqlValue[]

/** What a unit of work can do to the database. A `Date` is written as UTC DATETIME(3). */
export type Transaction = {
  /** Rows of a SELECT. */
  select<Row>(sql: string, values?: readonly (SqlValue | readonly SqlValue[])[]): Promise<Row[]>
  /** Runs a statement that changes rows; answers how many changed. */
  execute(sql: string, values?: readonly (SqlValue | readonly SqlValue[])[]): Promise<number>
  /**
   * Inserts many rows, split at 500 rows or 1 MB (hazard M13). `onDuplicate` is the text after ON DUPLICATE KEY UPDATE.
   * The caller sorts rows by their unique key, so that two writers cannot deadlock (hazard M2).
   */
  insert(table: string, columns: readonly string[], rows: readonly SqlRow[], onDuplicate?: string): Promise<void>
}

/**
 * Runs `work` in one transaction of at most `deadlineMs` and commits. Throws a TributaryError of kind transient when the database is away,
 * a deadlock or a lock wait broke it, and the error itself otherwise; nothing of `work` remains then, except that a connection lost at COMMIT
 * leaves it open whether it was committed (hazard M6): run it again behind a cursor or unique key. `work` must not catch errors of statements (M4).
 */
export async function withTransaction<Result>(db: Knex, deadlineMs: number, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  return await runTransaction(db, deadlineMs, {}, work)
}

/**
 * Runs `work`, which only reads, on one connection, at most `deadlineMs`: all its reads see the database as it was when `work` began, whatever others write meanwhile.
 * Other connections are free to write while it runs. The server keeps old row versions as long as it lasts, so give it an end. Throws as `withTransaction` does.
 */
export async function readSnapshot<Result>(db: Knex, deadlineMs: number, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  return await runTransaction(db, deadlineMs, { isolationLevel: 'repeatable read' }, async (tx) => {
    // The snapshot is that of the first read of a table; this makes it now.
    await tx.select('SELECT 1 FROM schema_migrations LIMIT 1')
    return await work(tx)
  })
}

async function runTransaction<Result>(
  db: Knex,
  deadlineMs: number,
  config: Knex.TransactionConfig,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await db.transaction(async (trx) => {
      const expired = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(
          () => reject(Object.assign(new Error(`transaction longer than ${deadlineMs} ms`), { code: 'ETIMEDOUT' })),
          deadlineMs,
        )
      })
      return await Promise.race([work(transactionOn(trx)), expired])
    }, config)
  } catch (error) {
    throw asDatabaseError(error)
  } finally {
    clearTimeout(timer)
  }
}

// Most inserts of a busy worker fill these; what is left goes as text. Few lengths, so that a connection prepares each statement a handful of times and then never again.
const preparedLengths = [500, 200, 100, 50, 25]

type PreparedRun = (sql: string, values: unknown[]) => Promise<void>

/**
 * Runs statements prepared, on the connection of the transaction `trx`. knex has no door to the binary protocol, in which neither we write a large insert as text
 * nor the server parses it.
 */
function preparedOn(trx: Knex): PreparedRun {
  return async (sql, values) => {
    const connection = (await trx.client.acquireConnection()) as Preparing
    // knex refuses statements of a transaction that has ended; here that is ours to do. Without it, work that goes on behind its deadline would write on a connection that
    // somebody else has by now: claims without their effects.
    if ((trx as Knex.Transaction).isCompleted()) throw new Error('the transaction has ended')
    await new Promise<void>((resolve, reject) => {
      connection.execute(sql, values, (error) => (error ? reject(error) : resolve()))
    })
  }
}

type Preparing = { execute(sql: string, values: unknown[], done: (error: Error | null) => void): void }

/** The same verbs outside a transaction: each statement commits on its own. */
export function transactionOn(db: Knex): Transaction {
  const run = async (sql: string, values: readonly unknown[]) => {
    const [result] = (await db.raw(sql, values.map(toBinding) as Knex.RawBinding[])) as [unknown]
    return result
  }
  return {
    select: async <Row>(sql: string, values: readonly (SqlValue | readonly SqlValue[])[] = []) =>
      (await run(...expandLists(sql, values))) as Row[],
    execute: async (sql, values = []) => ((await run(...expandLists(sql, values))) as { affectedRows: number }).affectedRows,
    insert: async (table, columns, rows, onDuplicate) => {
      const head = `INSERT INTO ${table} (${columns.join(',')}) VALUES `
      const tail = onDuplicate === undefined ? '' : ` ON DUPLICATE KEY UPDATE ${onDuplicate}`
      const slot = `(${columns.map(() => '?').join(',')})`
      const statement = (length: number) => head + `${slot},`.repeat(length - 1) + slot + tail
      for (const chunk of chunked(rows)) {
        let rest = chunk
        for (const length of db.isTransaction === true ? preparedLengths : []) {
          for (; rest.length >= length; rest = rest.slice(length))
            await preparedOn(db)(statement(length), rest.slice(0, length).flat().map(toBinding))
        }
        if (rest.length > 0) await run(statement(rest.length), rest.flat())
      }
    },
  }
}

// `IN (?)` with a list becomes `IN (?,?,…)`: one text form for one statement, whatever the length.
function expandLists(sql: string, values: readonly (SqlValue | readonly SqlValue[])[]): [string, SqlValue[]] {
  let index = 0
  const text = sql.replaceAll('?', () => {
    const value = values[index++]
    return Array.isArray(value) ? value.map(() => '?').join(',') : '?'
  })
  return [text, values.flat() as SqlValue[]]
}

function* chunked(rows: readonly SqlRow[]): Generator<SqlRow[]> {
  let chunk: SqlRow[] = []
  let bytes = 0
  for (const row of rows) {
    const size = row.reduce<number>((sum, value) => sum + sizeOf(value), 0)
    if (chunk.length > 0 && (chunk.length >= 500 || bytes + size > 1_000_000)) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(row)
    bytes += size
  }
  if (chunk.length > 0) yield chunk
}

const sizeOf = (value: SqlValue) => (typeof value === 'string' ? value.length * 2 : Buffer.isBuffer(value) ? value.length * 2 : 24)
const toBinding = (value: unknown) =>
  value instanceof Date ? toSqlTime(value.getTime()) : typeof value === 'bigint' ? value.toString() : value
