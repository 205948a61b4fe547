import type { Part } from '../../platform/lifecycle.ts'
import type { Health } from '../../platform/worker/health.ts'
import { runLoop } from '../../platform/worker/run-loop.ts'
import { runExport, type ExportContext } from './run-export.ts'

const idleMs = 250

/** The part of the API process that makes the files of exports and removes those whose day is over. Any number of processes may run one: each export is one's at a time. */
export function createExportLoop(parts: ExportContext & { health: Health; onFatal(error: unknown): void }): Part {
  const { health, metrics, log, onFatal } = parts
  return runLoop({
    name: 'exports',
    worker: 'api',
    health,
    metrics,
    log,
    onFatal,
    turn: async (signal) => ((await runExport(parts, signal)) ? 0 : idleMs),
  })
}
