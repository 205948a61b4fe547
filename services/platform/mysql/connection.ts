import knex, { type Knex } from 'knex'

const sqlMode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY'
// Both engines read their own comment only: MariaDB counts in seconds, MySQL in milliseconds. mysql2's own time limit would leave the statement running.
const session = `SET SESSION time_zone = '+00:00', sql_mode = '${sqlMode}', innodb_lock_wait_timeout = 5 /*M!100100 , max_statement_time = 30 */ /*!80000 , max_execution_time = 30000 */`
const isolation = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'

type TypeCastField = { type: string; string(): string | null }

/**
 * A pool of connections to the database at `url`, `size` at most, each with UTC, READ COMMITTED and a fixed sql_mode (hazards M3, M7, M8, M10, M11).
 * DATETIME columns are read as milliseconds since 1970. Does not connect; the first query does.
 */
export function connectDatabase(url: string, size: number): Knex {
  const address = new URL(url)
  return knex({
    client: 'mysql2',
    connection: {
      host: address.hostname,
      port: Number(address.port || 3306),
      user: decodeURIComponent(address.username),
      password: decodeURIComponent(address.password),
      database: decodeURIComponent(address.pathname.slice(1)),
      ...(address.searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
      charset: 'utf8mb4',
      timezone: 'Z',
      dateStrings: true,
      jsonStrings: true,
      stringifyObjects: true,
      multipleStatements: false,
      // Without FOUND_ROWS an update reports the rows that changed (M1); LOCAL_FILES would let a server read our files.
      flags: '-FOUND_ROWS,-LOCAL_FILES',
      connectTimeout: 5_000,
      enableKeepAlive: true,
      keepAliveInitialDelay: 10_000,
      typeCast: (field: TypeCastField, next: () => unknown) => (field.type === 'DATETIME' ? fromSqlTime(field.string()) : next()),
    } as Knex.MySql2ConnectionConfig,
    acquireConnectionTimeout: 5_000,
    pool: {
      min: 0,
      max: size,
      idleTimeoutMillis: 20_000,
      afterCreate: (connection: RawConnection, done: (error: unknown, connection: RawConnection) => void) => {
        connection.query(isolation, (failure) => {
          if (failure) done(failure, connection)
          else connection.query(session, (error) => done(error, connection))
        })
      },
    },
  })
}

type RawConnection = { query(sql: string, done: (error: unknown) => void): void }

/** `ms` since 1970 as a UTC DATETIME(3) literal. */
export function toSqlTime(ms: number): string {
  // One unit writes the same few times over and over, and formatting is slow.
  if (ms !== lastTime.ms) lastTime = { ms, text: new Date(ms).toISOString().slice(0, 23).replace('T', ' ') }
  return lastTime.text
}

let lastTime = { ms: 0, text: '1970-01-01 00:00:00.000' }

function fromSqlTime(text: string | null): number | null {
  return text === null ? null : Date.parse(`${text.replace(' ', 'T')}Z`)
}
