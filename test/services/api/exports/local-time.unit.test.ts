import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isTimeZone, localTimeIn } from '../../../../services/api/exports/local-time.ts'

it.each([
  ['America/Sao_Paulo', '2026-11-21T09:00:00.001Z', '2026-11-21T06:00:00.001-03:00'],
  ['Asia/Kathmandu', '2026-11-21T09:00:00.000Z', '2026-11-21T14:45:00.000+05:45'],
  ['UTC', '2026-11-21T09:00:00.000Z', '2026-11-21T09:00:00.000+00:00'],
  ['Europe/Berlin', '2026-03-29T00:59:59.999Z', '2026-03-29T01:59:59.999+01:00'],
  ['Europe/Berlin', '2026-03-29T01:00:00.000Z', '2026-03-29T03:00:00.000+02:00'],
  ['Australia/Lord_Howe', '2026-04-04T14:59:59.999Z', '2026-04-05T01:59:59.999+11:00'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00.000Z', '2026-04-05T01:30:00.000+10:30'],
])('in %s, %s is %s', (timeZone, utc, local) => {
  expect(localTimeIn(timeZone)(Date.parse(utc))).toBe(local)
})

it('a local time with its offset is the same moment', () => {
  const zone = fc.constantFrom(
    'America/Sao_Paulo',
    'Asia/Kathmandu',
    'Europe/Berlin',
    'Pacific/Apia',
    'Africa/Monrovia',
    'America/St_Johns',
  )
  const writers = new Map<string, (ms: number) => string>()
  fc.assert(
    fc.property(zone, fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (timeZone, ms) => {
      const write = writers.get(timeZone) ?? localTimeIn(timeZone)
      writers.set(timeZone, write)
      expect(Date.parse(write(ms))).toBe(ms)
    }),
    { numRuns: 2_000 },
  )
})

it('only names that the time zone database has are time zones', () => {
  expect(['America/Sao_Paulo', 'UTC', 'Brazil', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false, false])
})
