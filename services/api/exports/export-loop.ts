import type { Part } from '../../platform/lifecycle.ts'
import { assertMigrated, type Migration } from '../../platform/mysql/migrate.ts'
import { runLoop, type Loop } from '../../platform/worker/run-loop.ts'
import { runExport, type ExportContext } from './run-export.ts'

const idleMs = 250

type LoopParts = Pick<Loop, 'health' | 'metrics' | 'onFatal'> & { migrations: readonly Migration[] }

/** The part of the API process that makes the files of exports and removes those whose day is over. Any number of processes may run one: each export is one's at a time. */
export function createExportLoop(parts: ExportContext & LoopParts): Part {
  return runLoop({
    name: 'exports',
    worker: 'api',
    ...parts,
    prepare: () => assertMigrated(parts.db, parts.migrations),
    turn: async (signal) => ((await runExport(parts, signal)) ? 0 : idleMs),
  })
}
