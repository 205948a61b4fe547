import type { ChildProcess } from 'node:child_process'
import { ended, type World } from './world.ts'

/** Processes of one world that can be killed and started again. A short session lets the group notice a killed one soon. */
export class Fleet {
  private readonly world: World
  private readonly extra: Record<string, string>
  private readonly running = new Map<string, ChildProcess>()

  constructor(world: World, extra: Record<string, string> = {}) {
    this.world = world
    this.extra = { KAFKA_SESSION_TIMEOUT_MS: '16000', UNIT_DEADLINE_MS: '2900', ...extra }
  }

  async start(...names: string[]): Promise<void> {
    for (const name of names) this.running.set(name, await this.world.start(name, this.extra))
  }

  /** kill -9, and a new one. */
  async killAndRestart(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => ended(this.running.get(name) as ChildProcess, 'SIGKILL')))
    await this.start(...names)
  }

  /** SIGTERM; answers the exit codes by name. */
  async stop(...names: string[]): Promise<Record<string, number | null>> {
    const codes = await Promise.all(
      names.map(async (name) => [name, await ended(this.running.get(name) as ChildProcess, 'SIGTERM')] as const),
    )
    for (const name of names) this.running.delete(name)
    return Object.fromEntries(codes)
  }
}
