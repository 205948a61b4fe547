import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

type RequestQueue = {
  throttleCheckTimeoutId: NodeJS.Timeout | null
  throttledUntil: number
  pending: unknown[]
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

/**
 * kafkajs 2.2.4 runs a timer of about 1 ms on every connection for ever once a response has come (hazard K9). This schedules it only while
 * requests wait. Another version of kafkajs is left alone.
 */
export function stopIdleSpin(): void {
  const { version } = require('kafkajs/package.json') as { version: string }
  if (version !== '2.2.4') return
  const queue = (require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }).prototype
  queue.scheduleCheckPendingRequests = function scheduleCheckPendingRequests() {
    if (this.throttleCheckTimeoutId !== null && this.throttleCheckTimeoutId !== undefined) return
    if (this.pending.length === 0) return
    const wait = this.throttledUntil - Date.now()
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null
        this.checkPendingRequests()
      },
      wait > 0 ? wait : 10,
    )
  }
}
