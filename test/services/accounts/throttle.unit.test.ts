import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  accountRule,
  addressRule,
  attempt,
  forgottenAfterMs,
  waitAfter,
  type Attempts,
  type ThrottleRule,
} from '../../../services/accounts/throttle.ts'

const rules = fc.constantFrom<ThrottleRule>(accountRule, addressRule)
const start = Date.UTC(2026, 0, 1)

/** How many attempts come through when one tries at each of these instants. */
function through(rule: ThrottleRule, instants: number[]): number {
  let known: Attempts | undefined
  let allowed = 0
  for (const now of instants) {
    const verdict = attempt(rule, known, now)
    if (!verdict.allowed) continue
    allowed++
    known = verdict.next
  }
  return allowed
}

describe('wrong passwords', () => {
  it.each([
    [1, 0],
    [4, 0],
    [5, 1_000],
    [6, 2_000],
    [10, 32_000],
    [14, 512_000],
    [15, 900_000],
    [1_000_000, 900_000],
  ])('after %i for one account the wait is %i ms', (failures, waitMs) => {
    expect(waitAfter(accountRule, failures)).toBe(waitMs)
  })

  it('make the wait grow and never shrink, up to its limit', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 5_000 }), (rule, failures) => {
        expect(waitAfter(rule, failures + 1)).toBeGreaterThanOrEqual(waitAfter(rule, failures))
        expect(waitAfter(rule, failures)).toBeLessThanOrEqual(rule.longestMs)
      }),
    )
  })

  it('at one instant come through no more often than is free, however many there are', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 0, max: 300 }), (rule, tries) => {
        expect(through(rule, Array<number>(tries).fill(start))).toBe(Math.min(tries, rule.free + 1))
      }),
    )
  })

  it('let a guesser who never rests try fewer than 125 times a day', () => {
    expect(
      through(
        accountRule,
        Array.from({ length: 86_400 }, (_, second) => start + second * 1000),
      ),
    ).toBeLessThan(125)
  })

  it('are never refused longer than the wait that was told', () => {
    fc.assert(
      fc.property(rules, fc.array(fc.integer({ min: 0, max: 4_000_000 }), { maxLength: 60 }), (rule, gaps) => {
        let known: Attempts | undefined
        let now = start
        for (const gap of gaps) {
          now += gap
          const verdict = attempt(rule, known, now)
          if (verdict.allowed) known = verdict.next
          else {
            expect(verdict.waitMs).toBeLessThanOrEqual(rule.longestMs)
            expect(attempt(rule, known, now + verdict.waitMs - 1).allowed).toBe(false)
            expect(attempt(rule, known, now + verdict.waitMs).allowed).toBe(true)
          }
        }
      }),
    )
  })

  it('are forgotten after a day without any', () => {
    const known: Attempts = { failures: 40, lastMs: start, blockedUntilMs: start + 900_000 }
    expect(attempt(accountRule, known, start + forgottenAfterMs)).toEqual({
      allowed: true,
      next: { failures: 1, lastMs: start + forgottenAfterMs, blockedUntilMs: start + forgottenAfterMs },
    })
  })
})
