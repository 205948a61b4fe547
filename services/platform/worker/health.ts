import type { Metrics } from '../metrics.ts'

export type Dependency = 'kafka' | 'database' | 'registry' | 'smtp'

/**
 * Whether a process makes progress (DESIGN D6). Alive = its loop has turned within the limit, or it waits, on purpose, for a dependency that is away.
 * Ready = started, assigned, and no dependency away. The clock is given, so that tests can move it.
 */
export class Health {
  private progressAt: number
  private ready = false
  private readonly away = new Map<Dependency, string>()
  private readonly worker: string
  private readonly metrics: Metrics
  private readonly clock: () => number
  private readonly stuckAfterMs: number

  constructor(worker: string, metrics: Metrics, clock: () => number = Date.now, stuckAfterMs = 120_000) {
    this.worker = worker
    this.metrics = metrics
    this.clock = clock
    this.stuckAfterMs = stuckAfterMs
    this.progressAt = clock()
  }

  /** The loop has turned. */
  progressed(): void {
    this.progressAt = this.clock()
    this.metrics.set('tributary_last_progress_timestamp_seconds', { worker: this.worker }, this.progressAt / 1000)
  }

  /** The process has started and knows its work. */
  started(): void {
    this.ready = true
    this.progressed()
  }

  /** A dependency does not answer; its code is shown in readiness. Waiting for it is progress. */
  isAway(dependency: Dependency, code: string): void {
    this.away.set(dependency, code)
    this.progressed()
  }

  isBack(dependency: Dependency): void {
    this.away.delete(dependency)
  }

  liveness(): { ok: boolean; body: object } {
    const idleMs = this.clock() - this.progressAt
    return { ok: idleMs <= this.stuckAfterMs, body: { worker: this.worker, secondsSinceProgress: Math.round(idleMs / 1000) } }
  }

  readiness(): { ok: boolean; body: object } {
    return {
      ok: this.ready && this.away.size === 0,
      body: { worker: this.worker, started: this.ready, away: Object.fromEntries(this.away) },
    }
  }
}
