import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { transactionOn, withTransaction, type SqlRow } from '../../../../services/platform/mysql/transaction.ts'
import { createWorld, type World } from '../../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld([], 1)
  await world.db.raw(
    'CREATE TABLE many_rows (id INT UNSIGNED NOT NULL, bytes BINARY(16) NOT NULL, word VARCHAR(50) NULL, big BIGINT UNSIGNED NOT NULL, at DATETIME(3) NOT NULL, PRIMARY KEY (id))',
  )
})
afterAll(() => world.close())

const columns = ['id', 'bytes', 'word', 'big', 'at']
const rowOf = (id: number, word: string | null): SqlRow => [
  id,
  Buffer.alloc(16, 200 + (id % 50)),
  word,
  Number.MAX_SAFE_INTEGER - id,
  new Date(1_800_000_000_000 + id),
]
// 500 and 25 rows go prepared, the last 12 as text.
const rows = Array.from({ length: 537 }, (_, id) => rowOf(id, id % 3 === 0 ? null : `Жанна ${id} '; -- 🙂`))

const stored = async () =>
  (
    await world.tx.select<{ id: number; bytes: Buffer; word: string | null; big: number; at: number }>(
      'SELECT * FROM many_rows ORDER BY id',
    )
  ).map(({ id, bytes, word, big, at }) => [id, bytes, word, big, new Date(at)])

it('a large insert stores what it is given, prepared or as text', async () => {
  await withTransaction(world.db, 10_000, (tx) => tx.insert('many_rows', columns, rows))
  expect(await stored()).toEqual(rows)
  const prepared = await world.tx.select<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")
  expect(Number(prepared[0]?.Value)).toBeGreaterThanOrEqual(2)
})

it('its upsert part changes the rows that are there', async () => {
  const changed = rows.map(([id]) => rowOf(id as number, 'again'))
  await withTransaction(world.db, 10_000, (tx) => tx.insert('many_rows', columns, changed, 'word = VALUES(word)'))
  expect(await world.count('many_rows', "word = 'again'")).toBe(537)
})

it('work that goes on behind the deadline of its transaction writes nothing any more, prepared or as text', async () => {
  await world.tx.execute('DELETE FROM many_rows')
  let late: Promise<unknown> = Promise.resolve()
  const transaction = withTransaction(world.db, 100, (tx) => {
    late = (async () => {
      await tx.select('SELECT SLEEP(0.5)')
      await tx.insert('many_rows', columns, rows.slice(0, 25))
    })()
    return late
  })
  await expect(transaction).rejects.toMatchObject({ code: 'database-unavailable' })
  await expect(late).rejects.toThrow()
  expect(await world.count('many_rows')).toBe(0)
})

it('nothing of it stays when the transaction fails behind it', async () => {
  await world.tx.execute('DELETE FROM many_rows')
  const fails = withTransaction(world.db, 10_000, async (tx) => {
    await tx.insert('many_rows', columns, rows)
    await tx.insert('many_rows', columns, rows.slice(0, 25))
  })
  await expect(fails).rejects.toThrow('1062')
  expect(await world.count('many_rows')).toBe(0)
  await transactionOn(world.db).insert('many_rows', columns, rows.slice(0, 30))
  expect(await world.count('many_rows')).toBe(30)
})
