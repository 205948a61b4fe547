import fc from 'fast-check'
import { expect, it } from '@jest/globals'
import { manualLine } from '../../../services/leads/score-lines.ts'
import { sumOf, type ScoreLine } from '../../../services/leads/score-rules.ts'

const line = (rule: string, points: number): ScoreLine => ({ rule, version: 1, evidence: String(points), points })
const wishes = fc.array(fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }), { maxLength: 12 })

it('however often a score is set by hand and lifted, its lines sum to what was set', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), wishes, (byRules, targets) => {
      const lines = [line('form_other', byRules)]
      for (const [sequence, target] of targets.entries()) {
        const added = manualLine(lines, target, sequence)
        if (added !== undefined) lines.push(added)
        expect(sumOf(lines)).toBe(target ?? byRules)
      }
    }),
  )
})

it('lifting keeps what rules have added meanwhile, within 0 to 100', () => {
  const lines = [line('form_other', 10), line('manual', 80), line('follow_up', 5)]
  expect(manualLine(lines, null, 9)).toMatchObject({ rule: 'manual_lifted', points: -80 })
  expect(manualLine([line('form_other', 60), line('manual', -60), line('follow_up', 60)], null, 9)).toMatchObject({ points: 40 })
  expect(manualLine([line('form_other', 10)], null, 9)).toBeUndefined()
})
