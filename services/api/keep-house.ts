import type { Knex } from 'knex'
import type { Part } from '../platform/lifecycle.ts'
import { assertMigrated, type Migration } from '../platform/mysql/migrate.ts'
import { transactionOn, type Transaction } from '../platform/mysql/transaction.ts'
import { runLoop, type Loop } from '../platform/worker/run-loop.ts'

const everyMs = 5_000
const keptMs = 24 * 3_600_000
const atOnce = 500

/** Refuses a database of another version, tells by its turns whether the database answers, and removes what is over: kept answers older than a day. */
export function keepHouse(
  db: Knex,
  migrations: readonly Migration[],
  clock: () => Date,
  loop: Pick<Loop, 'worker' | 'health' | 'metrics' | 'log' | 'onFatal'>,
): Part {
  return runLoop({
    ...loop,
    name: 'housekeeping',
    prepare: () => assertMigrated(db, migrations),
    turn: async () => ((await forgetKeptAnswers(transactionOn(db), clock())) < atOnce ? everyMs : 0),
  })
}

/** Removes some answers that were kept for Idempotency-Key more than a day ago; answers how many. */
export async function forgetKeptAnswers(tx: Transaction, now: Date): Promise<number> {
  return await tx.execute(`DELETE FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ${atOnce}`, [
    new Date(now.getTime() - keptMs),
  ])
}
