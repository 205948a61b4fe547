import { describe, expect, it } from '@jest/globals'
import { checkWorkflow } from '../../../services/leads/check-workflow.ts'
import { workflows, type Move, type Status, type Workflow } from '../../../services/leads/workflow.ts'

const open = (name: string, label = name): Status => ({ name, label, isFinal: false })
const final = (name: string): Status => ({ name, label: name, isFinal: true })
const move = (from: string, to: string, more: Partial<Move> = {}): Move => ({ from, to, label: 'Go', ...more })
const sound: Workflow = { name: 'short', statuses: [open('new'), final('won')], moves: [move('new', 'won')] }

describe('a workflow', () => {
  it.each([...workflows.values()])('that ships can be used: $name', (workflow) => {
    expect(checkWorkflow(workflow)).toEqual([])
  })

  it.each<[string, Partial<Workflow>, RegExp]>([
    ['without a status', { statuses: [] }, /no status/],
    ['with too many statuses', { statuses: Array.from({ length: 31 }, (_, index) => open(`s${index}`)) }, /30 is the most/],
    ['named like no word', { name: 'Short One' }, /name "Short One"/],
    ['whose first status is final', { statuses: [final('won'), open('new')], moves: [move('new', 'won')] }, /first status, "won"/],
    ['that never ends', { statuses: [open('new')], moves: [] }, /No status is final/],
    ['with a status twice', { statuses: [open('new'), open('new'), final('won')] }, /"new" is there twice/],
    ['with a status without a label', { statuses: [open('new', ' '), final('won')] }, /"new" needs a label/],
    ['with a status that is not reached', { statuses: [open('new'), final('won'), final('lost')] }, /"lost" cannot be reached/],
    [
      'with a status without an end',
      { statuses: [open('new'), open('stuck'), final('won')], moves: [move('new', 'won'), move('new', 'stuck')] },
      /From the status "stuck" no final one can be reached/,
    ],
    ['with a move to nowhere', { moves: [move('new', 'won'), move('new', 'gone')] }, /not there: "gone"/],
    ['with a move twice', { moves: [move('new', 'won'), move('new', 'won')] }, /from "new" to "won" is there twice/],
    ['with a move that stays', { moves: [move('new', 'won'), move('new', 'new')] }, /leads nowhere/],
    ['with a move out of a final status', { moves: [move('new', 'won'), move('won', 'new')] }, /leaves a final status/],
    ['with a reopening that reopens nothing', { moves: [move('new', 'won', { reopens: true })] }, /said to reopen/],
  ])('%s is refused with the reason', (_, change, reason) => {
    expect(checkWorkflow({ ...sound, ...change }).join('\n')).toMatch(reason)
  })

  it('may reopen where it says so', () => {
    expect(checkWorkflow({ ...sound, moves: [move('new', 'won'), move('won', 'new', { reopens: true })] })).toEqual([])
  })
})
