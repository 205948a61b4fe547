import type { Knex } from 'knex'
import { codeOf } from '../platform/errors.ts'
import type { Metrics } from '../platform/metrics.ts'
import { withTransaction, type Transaction } from '../platform/mysql/transaction.ts'

const mostTries = 20
const deadlineMs = 30_000

/** Runs `work` in a transaction of at most 30 s, and again, after a growing wait, as long as a deadlock or somebody's lock breaks it: twenty times. `work` must be safe to run again. */
export async function untilUnlocked<Result>(db: Knex, metrics: Metrics, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await withTransaction(db, deadlineMs, work)
    } catch (error) {
      const isLocked = codeOf(error) === 'database-deadlock' || codeOf(error) === 'database-lock-timeout'
      if (!isLocked || tries === mostTries) throw error
      metrics.count('tributary_retries_total', { worker: 'api', cause: codeOf(error) })
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(500, 10 * 2 ** tries)))
    }
  }
}
