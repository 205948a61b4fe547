import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A started program: its process id, and when the kernel started it, so that another program that got the same id later is never touched. */
export type Started = { pid: number; startedAt: string }

/** Starts a program in a process group of its own, its output appended to `log`. */
export function startProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; log: string },
): Promise<Started> {
  mkdirSync(dirname(options.log), { recursive: true })
  const output = openSync(options.log, 'a')
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, detached: true, stdio: ['ignore', output, output] })
    closeSync(output)
    child.once('error', (error) => reject(new Error(`${command} cannot be started: ${error.message}`)))
    child.once('spawn', () => {
      child.unref()
      resolve({ pid: child.pid as number, startedAt: startTime(child.pid as number) ?? '' })
    })
  })
}

/** Whether the very program that was started still runs (a zombie does not). */
export function isRunning({ pid, startedAt }: Started): boolean {
  return startTime(pid) === startedAt && !isZombie(pid)
}

/** Asks the program to stop, and after `patienceMs` makes it. Answers once it is gone. */
export async function stopProgram(started: Started, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs
  signal(started, 'SIGTERM')
  while (isRunning(started)) {
    if (Date.now() > deadline) signal(started, 'SIGKILL')
    await pause(50)
  }
}

/** Last lines of a log. */
export function lastLines(log: string, count: number): string {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '(no log)'
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function signal(started: Started, name: NodeJS.Signals): void {
  if (!isRunning(started)) return
  try {
    process.kill(started.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

// Field 22 of /proc/PID/stat, counted behind the program's name, which may hold spaces.
function startTime(pid: number): string | undefined {
  return statFields(pid)?.[19]
}

function isZombie(pid: number): boolean {
  return statFields(pid)?.[0] === 'Z'
}

function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/** This program itself, as another one would have to know it. */
export const ownProgram = (): Started => ({ pid: process.pid, startedAt: startTime(process.pid) ?? '' })
