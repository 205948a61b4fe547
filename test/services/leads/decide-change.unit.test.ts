import { describe, expect, it } from '@jest/globals'
import { decideChange, type LeadChange } from '../../../services/leads/decide-change.ts'
import type { Lead } from '../../../services/leads/lead-store.ts'
import { workflows, type Workflow } from '../../../services/leads/workflow.ts'

const helpdesk = workflows.get('helpdesk') as Workflow
const pipeline = workflows.get('pipeline') as Workflow
const agent = '11111111-1111-7111-8111-111111111111'

const lead = (change: Partial<Lead> = {}): Lead => ({
  leadId: Buffer.alloc(16, 1),
  contactId: Buffer.alloc(16, 2),
  status: 'new',
  active: true,
  sequence: 4,
  score: 40,
  tag: 'agent_request',
  tags: ['agent_request'],
  assignee: null,
  previousLeadId: null,
  source: 'test',
  visitorId: null,
  conversationId: null,
  openedAt: 0,
  lastActivityAt: 0,
  ...change,
})

/** Given a lead, when somebody wants a change, then these steps, or this refusal. */
function when(workflow: Workflow, given: Lead, change: LeadChange) {
  const decision = decideChange(workflow, given, change)
  return 'refused' in decision
    ? decision.refused
    : decision.steps.map(({ kind, set, score }) => [kind, ...(score === undefined ? [] : [score]), set])
}
const to = (status: string, score?: number): LeadChange => ({
  change: 'status',
  to: status,
  reason: null,
  ...(score === undefined ? {} : { score }),
})

describe('a move', () => {
  it.each([
    ['helpdesk', 'new', true, 'handled', [['status_changed', { status: 'handled', active: true }]]],
    ['helpdesk', 'new', true, 'closed', [['status_changed', { status: 'closed', active: false }]]],
    ['helpdesk', 'handled', true, 'new', 'move-not-allowed'],
    ['helpdesk', 'closed', false, 'new', [['status_changed', { status: 'new', active: true }]]],
    ['helpdesk', 'closed', false, 'handled', 'lead-inactive'],
    ['helpdesk', 'new', true, 'new', []],
    ['helpdesk', 'new', true, 'lost', 'status-unknown'],
    ['pipeline', 'new', true, 'qualified', [['status_changed', { status: 'qualified', active: true }]]],
    ['pipeline', 'follow_up', true, 'archived', [['status_changed', { status: 'archived', active: false }]]],
    ['pipeline', 'converted', false, 'new', 'lead-inactive'],
    ['pipeline', 'lost', false, 'converted', 'lead-inactive'],
    // The tenant went from another workflow to this one while the lead was opened.
    ['pipeline', 'handled', true, 'contacted', [['status_changed', { status: 'contacted', active: true }]]],
  ])('in %s from %s (active: %s) to %s', (workflow, status, active, target, expected) => {
    expect(when(workflows.get(workflow) as Workflow, lead({ status, active }), to(target))).toEqual(expected)
  })

  it('that also scores sets the score while the lead is active', () => {
    const closed = ['status_changed', { status: 'closed', active: false }]
    expect(when(helpdesk, lead(), to('closed', 90))).toEqual([['score_changed', 90, {}], closed])
    const reopened = ['status_changed', { status: 'new', active: true }]
    expect(when(helpdesk, lead({ status: 'closed', active: false }), to('new', 90))).toEqual([reopened, ['score_changed', 90, {}]])
    expect(when(helpdesk, lead({ status: 'closed', active: false }), to('closed', 90))).toBe('lead-inactive')
    expect(when(helpdesk, lead(), to('closed', 101))).toBe('score-out-of-range')
    expect(when(helpdesk, lead(), to('closed', 40))).toEqual([closed])
  })
})

describe('an agent', () => {
  it('is put in charge of active leads, as often as wanted, and never twice in a row', () => {
    const assign = (given: Lead, assignee: string | null) => when(pipeline, given, { change: 'assignee', to: assignee, reason: null })
    expect(assign(lead(), agent)).toEqual([['assigned', { assignee: agent }]])
    expect(assign(lead({ assignee: agent }), null)).toEqual([['assigned', { assignee: null }]])
    expect(assign(lead({ assignee: agent }), agent)).toEqual([])
    expect(assign(lead({ active: false, status: 'lost' }), agent)).toBe('lead-inactive')
  })
})

describe('putting back what a change did', () => {
  const restore = (given: Lead, status: string, assignee: string | null = null) =>
    when(pipeline, given, { change: 'restore', from: { status: 'lost', assignee: agent }, to: { status, assignee }, reason: null })

  it('brings status and agent back, also out of a final status', () => {
    expect(restore(lead({ status: 'lost', active: false, assignee: agent }), 'contacted')).toEqual([
      ['status_changed', { status: 'contacted', active: true }],
      ['assigned', { assignee: null }],
    ])
  })

  it('leaves alone what somebody has changed since, and what is as it was', () => {
    expect(restore(lead({ status: 'archived', active: false, assignee: agent }), 'contacted')).toBe('changed-since')
    expect(restore(lead({ status: 'contacted' }), 'contacted')).toEqual([])
    expect(restore(lead({ status: 'lost', active: false, assignee: agent }), 'gone')).toBe('status-unknown')
  })
})
