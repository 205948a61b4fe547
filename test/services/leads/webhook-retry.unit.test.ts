import { describe, expect, it } from '@jest/globals'
import { holdMs, readRetryAfterMs, retryWaitMs, retryWaitsMs } from '../../../services/leads/webhook-retry.ts'

const now = new Date('2026-11-21T10:00:00Z')
const hourMs = 3_600_000

describe('the next try of a webhook', () => {
  it('comes after 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, and then no more: three days and some hours', () => {
    expect(Array.from({ length: 11 }, (_, tries) => retryWaitMs(tries + 1, undefined, 0.5))).toEqual([
      5_000,
      60_000,
      300_000,
      1_800_000,
      2 * hourMs,
      5 * hourMs,
      10 * hourMs,
      14 * hourMs,
      20 * hourMs,
      24 * hourMs,
      undefined,
    ])
    expect(retryWaitsMs.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(72 * hourMs)
  })

  it('is spread by a tenth to either side', () => {
    expect([retryWaitMs(2, undefined, 0), retryWaitMs(2, undefined, 0.999_999)]).toEqual([54_000, 66_000])
  })

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sat, 21 Nov 2026 10:02:00 GMT', 120_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1e9', undefined],
    ['99999999999999', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads Retry-After %j as %p', (header, expected) => expect(readRetryAfterMs(header, now)).toBe(expected))

  it('waits as long as the receiver asks, at most a day, and never less than it would', () => {
    expect(retryWaitMs(1, 120_000, 0.5)).toBe(120_000)
    expect(retryWaitMs(1, 1_000, 0.5)).toBe(5_000)
    expect(retryWaitMs(1, 999 * hourMs, 0.5)).toBe(24 * hourMs)
  })
})

describe('the rest of a subscription', () => {
  it('begins at the fifth failure in a row, doubles, and ends at five minutes', () => {
    expect([0, 1, 4, 5, 6, 7, 10, 11, 12, 1_000].map((failures) => holdMs(failures, undefined))).toEqual([
      0, 0, 0, 5_000, 10_000, 20_000, 160_000, 300_000, 300_000, 300_000,
    ])
  })

  it('is what the receiver asks for, up to an hour', () => {
    expect([holdMs(1, 30_000), holdMs(1, 9 * hourMs), holdMs(12, 1_000)]).toEqual([30_000, hourMs, 300_000])
  })
})
