import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { scoreActivity, sumOf, type ScoreLine, type ScoredActivity } from '../../../services/leads/score-rules.ts'
import { tagLabels, type SubmissionContent, type Tag } from '../../../services/leads/submission.ts'

const content = (change: Partial<SubmissionContent> = {}) =>
  ({ name: null, email: null, phone: null, products: [], ...change }) as unknown as SubmissionContent
const activity = (sequence: number, tag: Tag, change: Partial<SubmissionContent> = {}): ScoredActivity => ({
  sequence,
  kind: sequence === 1 ? 'opened' : 'submission_added',
  submission: { id: `s${sequence}`, tag, content: content(change) },
  order: null,
  region: 'BR',
})
const points = (lines: readonly ScoreLine[]) => Object.fromEntries(lines.map(({ rule, points: given }) => [rule, given]))

describe('a score', () => {
  it('is the sum of lines that say what they are for', () => {
    const lines = scoreActivity(activity(1, 'agent_request', { name: 'Ana', email: 'ana@example.com', phone: '11 98888-7777' }), [])
    expect(points(lines)).toEqual({ form_agent_request: 30, has_name: 5, has_email: 10, has_phone: 15 })
    expect(sumOf(lines)).toBe(60)
  })

  it('counts an address or number only when it is one', () => {
    expect(points(scoreActivity(activity(1, 'other', { email: 'not an address', phone: '123', name: '  ' }), []))).toEqual({
      form_other: 10,
    })
  })

  it('never gives the same line twice', () => {
    const first = scoreActivity(activity(1, 'agent_request', { name: 'Ana' }), [])
    expect(scoreActivity(activity(1, 'agent_request', { name: 'Ana' }), first)).toEqual([])
  })

  it('counts an order once it is placed, and once', () => {
    const order: ScoredActivity = {
      sequence: 2,
      kind: 'order_changed',
      submission: null,
      order: { id: 'o1', status: 'paid' },
      region: 'BR',
    }
    const lines = scoreActivity(order, [])
    expect(points(lines)).toEqual({ order_placed: 20 })
    expect(scoreActivity({ ...order, sequence: 3, order: { id: 'o1', status: 'fulfilled' } }, lines)).toEqual([])
    expect(scoreActivity({ ...order, order: { id: 'o2', status: 'refunded' } }, lines)).toEqual([])
  })

  it('stays from 0 to 100 and always adds up, whatever comes', () => {
    const tags = Object.keys(tagLabels) as Tag[]
    fc.assert(
      fc.property(
        fc.array(fc.record({ tag: fc.constantFrom(...tags), products: fc.nat(6), named: fc.boolean() }), { maxLength: 40 }),
        (steps) => {
          const lines: ScoreLine[] = []
          for (const [index, { tag, products, named }] of steps.entries()) {
            const items = Array.from({ length: products }, () => ({
              id: null,
              title: 't',
              imageUrl: null,
              priceMinor: null,
              currency: null,
              url: null,
            }))
            lines.push(...scoreActivity(activity(index + 1, tag, { products: items, name: named ? 'Ana' : null }), lines))
            expect(sumOf(lines)).toBeGreaterThanOrEqual(0)
            expect(sumOf(lines)).toBeLessThanOrEqual(100)
          }
          expect(new Set(lines.map(({ rule, evidence }) => `${rule}|${evidence}`)).size).toBe(lines.length)
        },
      ),
    )
  })
})
