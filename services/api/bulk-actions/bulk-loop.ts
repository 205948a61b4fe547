import type { Part } from '../../platform/lifecycle.ts'
import type { Health } from '../../platform/worker/health.ts'
import { runLoop } from '../../platform/worker/run-loop.ts'
import { runBulk, type BulkContext } from './run-bulk.ts'

const idleMs = 250

/** The part of the API process that works bulk actions off. Any number of processes may run one: each bulk action is one's at a time. */
export function createBulkLoop(parts: BulkContext & { health: Health; onFatal(error: unknown): void }): Part {
  const { health, metrics, log, onFatal } = parts
  return runLoop({
    name: 'bulk-actions',
    worker: 'api',
    health,
    metrics,
    log,
    onFatal,
    turn: async (signal) => ((await runBulk(parts, signal)) ? 0 : idleMs),
  })
}
