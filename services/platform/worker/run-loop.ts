import type { Part } from '../lifecycle.ts'
import type { Logger } from 'pino'
import { codeOf, failureOf } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Dependency, Health } from './health.ts'
import { backoffMs } from './retry.ts'

export type Loop = {
  name: string
  worker: string
  health: Health
  metrics: Metrics
  log: Logger
  /** Done once before the first turn, and again until it succeeds. */
  prepare?(): Promise<void>
  /** One turn; answers how long to wait before the next, 0 for at once. */
  turn(signal: AbortSignal): Promise<number>
  /** Done once after the last turn. */
  finish?(): Promise<void>
  onFatal(error: unknown): void
}

const dependencies: Record<string, Dependency> = {
  'database-unavailable': 'database',
  'kafka-unavailable': 'kafka',
  'registry-unavailable': 'registry',
  'smtp-unavailable': 'smtp',
}

/** A part that takes turns until it is stopped. A turn that fails is taken again after a growing wait, for as long as it takes; only an error of kind fatal ends the process. */
export function runLoop(loop: Loop): Part {
  const abort = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const run = async () => {
    let prepared = false
    let failures = 0
    while (!abort.signal.aborted) {
      let waitMs: number
      try {
        if (!prepared) {
          await loop.prepare?.()
          prepared = true
          loop.health.started()
        }
        waitMs = await loop.turn(abort.signal)
        if (failures > 0) for (const dependency of new Set(Object.values(dependencies))) loop.health.isBack(dependency)
        failures = 0
        loop.health.progressed()
      } catch (error) {
        if (failureOf(error) === 'fatal') return loop.onFatal(error)
        failures++
        waitMs = backoffMs(failures, Math.random)
        const dependency = dependencies[codeOf(error)]
        if (dependency !== undefined) loop.health.isAway(dependency, codeOf(error))
        loop.metrics.count('tributary_retries_total', { worker: loop.worker, cause: codeOf(error) })
        loop.log.warn({ loop: loop.name, waitMs, err: error }, 'a turn failed and is taken again')
      }
      if (waitMs > 0) await sleep(waitMs, abort.signal)
    }
  }

  return {
    name: loop.name,
    start: async () => {
      running = run()
    },
    stop: async () => {
      abort.abort()
      await running
      await loop.finish?.()
    },
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
