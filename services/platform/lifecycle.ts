import type { Logger } from 'pino'

export type Part = { name: string; start?(): Promise<unknown>; stop?(): Promise<unknown> }

/**
 * Starts `parts` in order and stops them in reverse. When one fails to start, those before it are stopped and the error is thrown.
 * `stop` may be called any number of times; it ends when every part has stopped or `deadlineMs` is over.
 */
export async function startParts(
  parts: readonly Part[],
  deadlineMs: number,
  log: Logger,
): Promise<{ stop(): Promise<'stopped' | 'deadline'> }> {
  const started: Part[] = []
  let stopping: Promise<'stopped' | 'deadline'> | undefined
  const stop = () => (stopping ??= stopWithin(started, deadlineMs, log))
  for (const part of parts) {
    try {
      await part.start?.()
      started.push(part)
    } catch (error) {
      await stop()
      throw error
    }
  }
  return { stop }
}

async function stopWithin(started: Part[], deadlineMs: number, log: Logger): Promise<'stopped' | 'deadline'> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<'deadline'>((resolve) => {
    timer = setTimeout(() => resolve('deadline'), deadlineMs)
  })
  const all = (async () => {
    for (const part of [...started].reverse()) {
      try {
        await part.stop?.()
      } catch (error) {
        log.warn({ part: part.name, err: error }, 'a part did not stop cleanly')
      }
    }
    return 'stopped' as const
  })()
  const result = await Promise.race([all, deadline])
  clearTimeout(timer)
  return result
}
