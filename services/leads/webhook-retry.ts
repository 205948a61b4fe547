const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** How long to wait behind each failed try; about three days and four hours in all. Behind the last there is none. */
export const retryWaitsMs = [
  5 * secondMs,
  minuteMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const

/** A subscription to which nothing could be delivered for this long is disabled. */
export const disableAfterMs = 72 * hourMs

// A tenth to either side: what failed together does not come back together.
const jitter = 0.1
const longestRetryAfterMs = 24 * hourMs
const longestHoldMs = 5 * minuteMs
const longestAskedHoldMs = hourMs
const failuresBeforeHold = 5

/**
 * When to try again after the `tries`th try failed; undefined when that was the last. `random` is in [0, 1). A receiver that asks for more time by Retry-After gets it, up to a day; asking for less
 * changes nothing.
 */
export function retryWaitMs(tries: number, retryAfterMs: number | undefined, random: number): number | undefined {
  const wait = retryWaitsMs[tries - 1]
  if (wait === undefined) return undefined
  return Math.max(Math.round(wait * (1 - jitter + 2 * jitter * random)), Math.min(retryAfterMs ?? 0, longestRetryAfterMs))
}

/**
 * How long a whole subscription rests after `failures` tries in a row failed, whatever their events: an endpoint that is away or overloaded is asked now and then, not with every event that
 * waits. 0 for not at all. A receiver that asks for time is left alone for as long, up to an hour.
 */
export function holdMs(failures: number, retryAfterMs: number | undefined): number {
  const own = failures < failuresBeforeHold ? 0 : Math.min(5 * secondMs * 2 ** Math.min(failures - failuresBeforeHold, 10), longestHoldMs)
  return Math.max(own, Math.min(retryAfterMs ?? 0, longestAskedHoldMs))
}

/** The wait that a Retry-After header asks for, seconds or a date (RFC 9110, section 10.2.3); undefined when it says neither. */
export function readRetryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * secondMs
  const at = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime())
}
