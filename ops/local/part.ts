import { isRunning, pause, type Started } from './child-process.ts'
import type { PortName } from './stack-options.ts'

/** One part of the local stack. `start` answers the program that it started; `isReady` asks the part itself. */
export type LocalPart = {
  name: string
  ports: PortName[]
  log: string
  patienceMs: number
  prepare?(): Promise<void>
  start(): Promise<Started>
  isReady(): Promise<boolean>
}

/** A part that did not come up; the caller shows the end of its log. */
export class PartFailure extends Error {
  readonly log: string

  constructor(message: string, log: string) {
    super(message)
    this.name = 'PartFailure'
    this.log = log
  }
}

/** Waits until the part says that it is ready; throws when its program ended or its patience is over. */
export async function waitUntilReady(part: LocalPart, started: Started): Promise<void> {
  const deadline = Date.now() + part.patienceMs
  while (!(await part.isReady().catch(() => false))) {
    if (!isRunning(started)) throw new PartFailure(`${part.name} ended before it was ready`, part.log)
    if (Date.now() > deadline) throw new PartFailure(`${part.name} was not ready within ${part.patienceMs / 1000} s`, part.log)
    await pause(150)
  }
}
