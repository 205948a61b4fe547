import type { Part } from '../../platform/lifecycle.ts'
import { assertMigrated, type Migration } from '../../platform/mysql/migrate.ts'
import { runLoop, type Loop } from '../../platform/worker/run-loop.ts'
import { runBulk, type BulkContext } from './run-bulk.ts'

const idleMs = 250

type LoopParts = Pick<Loop, 'health' | 'metrics' | 'onFatal'> & { migrations: readonly Migration[] }

/** The part of the API process that works bulk actions off. Any number of processes may run one: each bulk action is one's at a time. */
export function createBulkLoop(parts: BulkContext & LoopParts): Part {
  return runLoop({
    name: 'bulk-actions',
    worker: 'api',
    ...parts,
    prepare: () => assertMigrated(parts.db, parts.migrations),
    turn: async (signal) => ((await runBulk(parts, signal)) ? 0 : idleMs),
  })
}
