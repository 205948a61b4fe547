/** How many wrong sign-ins are free, and how the wait grows behind them. */
export type ThrottleRule = { free: number; longestMs: number }
export type Attempts = { failures: number; lastMs: number; blockedUntilMs: number }

/**
 * Wrong passwords for one account: four typing errors cost nothing; behind them the wait doubles from 1 s to 15 min, which leaves a guesser 96 tries a day. More would
 * let a stranger lock a person out for long.
 */
export const accountRule: ThrottleRule = { free: 4, longestMs: 900_000 }

/** The same from one network address: a whole office may sit behind one. */
export const addressRule: ThrottleRule = { free: 30, longestMs: 900_000 }

/** Time without an attempt after which the failures before it are forgotten. */
export const forgottenAfterMs = 86_400_000

/** The wait behind the `failures`-th wrong attempt in a row. */
export function waitAfter(rule: ThrottleRule, failures: number): number {
  return failures <= rule.free ? 0 : Math.min(rule.longestMs, 1000 * 2 ** Math.min(30, failures - rule.free - 1))
}

/** Whether an attempt may be made now, and what is then known; or how long to wait. An attempt counts as wrong until it has turned out right: many at once get no further than one by one. */
export function attempt(
  rule: ThrottleRule,
  known: Attempts | undefined,
  nowMs: number,
): { allowed: true; next: Attempts } | { allowed: false; waitMs: number } {
  const before = known === undefined || nowMs - known.lastMs >= forgottenAfterMs ? undefined : known
  if (before !== undefined && before.blockedUntilMs > nowMs) return { allowed: false, waitMs: before.blockedUntilMs - nowMs }
  const failures = (before?.failures ?? 0) + 1
  return { allowed: true, next: { failures, lastMs: nowMs, blockedUntilMs: nowMs + waitAfter(rule, failures) } }
}
