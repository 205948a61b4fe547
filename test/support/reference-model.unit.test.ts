import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { generateEvents, interleave, type Placed } from './generate-events.ts'
import { Random } from './random.ts'
import { ReferenceModel } from './reference-model.ts'

function totalsOf(events: readonly Placed[]) {
  const model = new ReferenceModel()
  for (const placed of events) model.apply(placed)
  return model.totals
}

/** The same events as they lie in their partitions. */
function lanesOf(events: readonly Placed[]): Placed[][] {
  const lanes = new Map<string, Placed[]>()
  for (const placed of events) {
    const lane = `${placed.topic}/${placed.partition}`
    lanes.set(lane, [...(lanes.get(lane) ?? []), placed])
  }
  return [...lanes.values()]
}

describe('generated events', () => {
  it('have the same totals in whatever order the partitions are worked off', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (seed, order) => {
        const events = generateEvents({ seed, count: 400, partitions: 3, tenants: ['one', 'two'], duplicateShare: 0.1 })
        expect(totalsOf(interleave(lanesOf(events), new Random(order)))).toEqual(totalsOf(events))
      }),
      { numRuns: 30 },
    )
  })

  it('hold every kind of outcome', () => {
    const totals = totalsOf(generateEvents({ seed: 1, count: 2000, partitions: 3, tenants: ['one'], duplicateShare: 0.05 }))
    for (const [name, count] of Object.entries(totals)) expect([name, count > 0]).toEqual([name, true])
  })
})
