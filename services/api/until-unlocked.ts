import type { Knex } from 'knex'
import { withTransaction, type Transaction } from '../platform/mysql/transaction.ts'
import { retried } from './transactions.ts'

const deadlineMs = 30_000

/** Runs `work` in a transaction of at most 30 s, and again, a few times, while a deadlock or somebody's lock breaks it. */
export async function untilUnlocked<Result>(db: Knex, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  return await retried(() => withTransaction(db, deadlineMs, work))
}
