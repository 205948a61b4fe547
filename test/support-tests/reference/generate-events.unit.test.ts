import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Random } from '../../support/random.ts'
import { checkInvariants } from '../../support/reference/check-invariants.ts'
import { phoneKey, emailKey, orderNumberKey } from '../../support/reference/contact-keys.ts'
import { generateEvents, type Plan } from '../../support/reference/generate-events.ts'
import type { GeneratedRecord } from '../../support/reference/generated-record.ts'
import { interleaveLanes } from '../../support/reference/interleave-lanes.ts'
import { makePerson, typedEmail, typedOrderNumber, typedPhone } from '../../support/reference/person.ts'
import { ReferenceModel } from '../../support/reference/reference-model.ts'
import { snapshotOf } from '../../support/reference/snapshot-of.ts'
import { summariseOrderFree } from '../../support/reference/summarise-order-free.ts'
import { rejectedOf, totalsOf } from '../../support/reference/totals.ts'
import { recordTimestamp, tenants } from './histories.ts'

const plan = (change: Partial<Plan> = {}): Plan => ({ seed: 1, count: 400, tenants, partitions: 3, duplicateShare: 0.1, ...change })
const modelOf = (records: readonly GeneratedRecord[]) => new ReferenceModel(tenants).applyInOrder(records, { recordTimestamp })
const figuresOf = (model: ReferenceModel) => ({ ...totalsOf(model), ...rejectedOf(model), keyConflicts: model.keyConflicts.length })
const stateOf = (model: ReferenceModel) => [model.orders, model.receipts]

describe('order-free events', () => {
  it('have the same totals, orders and receipts in whatever order the partitions are read', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.constantFrom(0, 0.05), (seed, order, share) => {
        const records = generateEvents(plan({ seed, conflictShare: share, badShare: share }))
        const [asMade, mixed] = [modelOf(records), modelOf(interleaveLanes(records, new Random(order)))]
        expect(figuresOf(mixed)).toEqual(figuresOf(asMade))
        expect(stateOf(mixed)).toEqual(stateOf(asMade))
      }),
      { numRuns: 60 },
    )
  })

  it('that are ordered have the same leads and places in their leads in any run', () => {
    const records = generateEvents(plan({ count: 2000 }))
    const ordered = new Set(
      records.filter(({ isOrdered }) => isOrdered).map(({ event }) => JSON.stringify([event.tenant, event.source, event.event_id])),
    )
    const leadsOf = (model: ReferenceModel) =>
      model.leads.filter(({ leadId }) => ordered.has(leadId)).sort((a, b) => (a.leadId < b.leadId ? -1 : 1))
    expect(ordered.size).toBeGreaterThan(500)
    expect(leadsOf(modelOf(interleaveLanes(records, new Random(7))))).toEqual(leadsOf(modelOf(records)))
  })

  it('bring about every figure, the veto, the cap and the conflict among them', () => {
    const model = modelOf(generateEvents(plan({ count: 4000, conflictShare: 0.01, badShare: 0.02 })))
    for (const [name, figure] of Object.entries(figuresOf(model))) expect([name, figure > 0]).toEqual([name, true])
    expect(model.leads.some(({ scoreLines }) => scoreLines.some(({ rule }) => rule === 'cap'))).toBe(true)
  })
})

describe('racing events', () => {
  it('keep the invariants and the order-free summary in whatever order the partitions are read', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (seed, order) => {
        const records = generateEvents(plan({ seed, orderFree: false, conflictShare: 0.02, badShare: 0.02 }))
        const summary = summariseOrderFree(records, { tenants, recordTimestamp })
        const model = modelOf(interleaveLanes(records, new Random(order)))
        const { done, duplicates, submissions, mails } = totalsOf(model)
        const rejected = rejectedOf(model)
        expect(checkInvariants(snapshotOf(model))).toEqual([])
        expect([done, duplicates + rejected['event-conflict']]).toEqual([summary.done, summary.repeated])
        expect([rejected['unknown-tenant'], rejected['contract-broken']]).toEqual([summary.unknownTenant, summary.contractBroken])
        expect(stateOf(model)).toEqual([summary.orders, summary.receipts])
        expect(submissions).toBeGreaterThanOrEqual(summary.submissions.atLeast)
        expect(submissions).toBeLessThanOrEqual(summary.submissions.atMost)
        expect(mails).toBeGreaterThanOrEqual(summary.mails.atLeast)
        expect(mails).toBeLessThanOrEqual(summary.mails.atMost)
      }),
      { numRuns: 40 },
    )
  })

  it('do race: their totals depend on the order', () => {
    const records = generateEvents(plan({ count: 2000, orderFree: false }))
    const contacts = [1, 2, 3, 4, 5].map((order) => JSON.stringify(totalsOf(modelOf(interleaveLanes(records, new Random(order))))))
    expect(new Set(contacts).size).toBeGreaterThan(1)
  })
})

describe('generated records', () => {
  it('are the same for the same plan, and as many as asked for', () => {
    for (const count of [0, 1, 7, 1000]) expect(generateEvents(plan({ count }))).toHaveLength(count)
    expect(generateEvents(plan())).toEqual(generateEvents(plan()))
    expect(generateEvents(plan({ seed: 2 }))).not.toEqual(generateEvents(plan()))
  })

  it('repeat an earlier one exactly where they are copies, some of them on another partition', () => {
    const records = generateEvents(plan({ count: 2000 }))
    const copies = records.flatMap((copy, index) => (copy.copyOf === undefined ? [] : [{ copy, index, original: records[copy.copyOf] }]))
    expect(copies).toHaveLength(200)
    for (const { copy, index, original } of copies) {
      expect([copy.topic, copy.key, copy.event]).toEqual([original?.topic, original?.key, original?.event])
      expect(copy.copyOf).toBeLessThan(index)
      if (copy.isOrdered) expect(copy.partition).toBe(original?.partition)
    }
    const across = copies.filter(({ copy, original }) => copy.partition !== original?.partition).length
    expect(across).toBeGreaterThan(20)
    expect(across).toBeLessThan(180)
  })

  it('have conflicts and broken events only where they are asked for', () => {
    expect(rejectedOf(modelOf(generateEvents(plan({ count: 2000 }))))).toEqual({
      'event-conflict': 0,
      'unknown-tenant': 0,
      'contract-broken': 0,
    })
    const rejected = rejectedOf(modelOf(generateEvents(plan({ count: 2000, conflictShare: 0.01, badShare: 0.02 }))))
    expect([rejected['event-conflict'], rejected['unknown-tenant'] + rejected['contract-broken']]).toEqual([20, 40])
  })

  it('lie on all partitions of all four topics', () => {
    const lanes = new Set(
      generateEvents({ ...plan({ count: 2000 }), partitions: 6 }).map(({ topic, partition }) => `${topic}/${partition}`),
    )
    expect(lanes.size).toBe(24)
  })
})

describe('what a person types', () => {
  it('is understood the same in every form, and is nobody else’s', () => {
    const random = new Random(3)
    const phones = new Set<string>()
    const regions = ['BR', 'US', 'ES', 'DE'] as const
    for (let number = 0; number < 4000; number++) {
      const tenant = { slug: 'any', region: random.pick(regions), mailTo: null }
      const person = makePerson(number, tenant, random)
      const typed = Array.from({ length: 4 }, () => phoneKey(typedPhone(person, random), tenant.region)?.value)
      expect([number, new Set(typed).size, typed.includes(undefined)]).toEqual([number, 1, false])
      phones.add(typed[0] ?? '')
      expect(emailKey(typedEmail(person, random))?.value).toBe(person.email.toLowerCase())
      expect(orderNumberKey(typedOrderNumber(person.orderNumber, random))?.value).toBe(person.orderNumber)
    }
    expect(phones.size).toBe(4000)
  })
})
