import type { LeadEventDetails, LeadEventKind } from './lead-events.ts'
import type { Lead } from './lead-store.ts'
import type { RefusalCode } from './refusal.ts'
import { movesFrom, statusOf, type Workflow } from './workflow.ts'

/**
 * What people change on a lead. `status`: a move of the workflow, on request with a score set by hand. `assignee`: the id of the agent in charge, null for nobody. `score`: set by
 * hand, null to lift what was set. `restore`: puts status and assignee back to what they were before a change, unless somebody has changed them since.
 */
export type LeadChange =
  | { change: 'status'; to: string; reason: string | null; score?: number }
  | { change: 'assignee'; to: string | null; reason: string | null }
  | { change: 'score'; to: number | null; reason: string | null }
  | { change: 'restore'; from: LeadStanding; to: LeadStanding; reason: string | null }

/** The part of a lead that people set. */
export type LeadStanding = { status: string; assignee: string | null }

/** A row of history that a change makes, with the lead's new values. */
export type LeadStep = {
  kind: LeadEventKind
  set: Partial<Pick<Lead, 'status' | 'active' | 'assignee'>>
  /** The score that is to be shown from here on; null lifts what was set by hand. */
  score?: number | null
  reason: string | null
  details: LeadEventDetails
}

export type ChangeDecision = { refused: RefusalCode; message: string } | { steps: LeadStep[] }

const refuse = (refused: RefusalCode, message: string): ChangeDecision => ({ refused, message })

/**
 * Decides, purely, what a change does to a lead: the rows of history that it makes, none when it changes nothing, or the reason for a no. Inactive leads take no status, agent or
 * score; only a move that reopens, or a restore, brings one back. A lead in a status that its workflow lacks may be moved anywhere.
 */
export function decideChange(workflow: Workflow, lead: Lead, change: LeadChange): ChangeDecision {
  switch (change.change) {
    case 'status':
      return decideStatus(workflow, lead, change)
    case 'assignee':
      if (change.to === lead.assignee) return { steps: [] }
      return lead.active ? { steps: [assigned(lead, change.to, change.reason)] } : inactive(workflow, lead, 'be assigned')
    case 'score':
      if (!lead.active) return inactive(workflow, lead, 'get a score')
      if (change.to === lead.score) return { steps: [] }
      return isScore(change.to) ? { steps: [scored(change.to, change.reason)] } : scoreOutOfRange
    case 'restore':
      return decideRestore(workflow, lead, change)
  }
}

function decideStatus(workflow: Workflow, lead: Lead, { to, reason, score }: LeadChange & { change: 'status' }): ChangeDecision {
  const status = statusOf(workflow, to)
  if (status === undefined)
    return refuse('status-unknown', `There is no status "${to}": the workflow has ${workflow.statuses.map(({ name }) => name).join(', ')}.`)
  if (score !== undefined && !isScore(score)) return scoreOutOfRange
  const scoring = score === undefined || score === lead.score ? [] : [scored(score, reason)]
  if (to === lead.status) return lead.active || scoring.length === 0 ? { steps: scoring } : inactive(workflow, lead, 'get a score')
  const moves = movesFrom(workflow, lead.status)
  const isLost = statusOf(workflow, lead.status) === undefined
  if (!isLost && !moves.some((move) => move.to === to)) {
    if (!lead.active) return inactive(workflow, lead, 'change its status')
    return refuse('move-not-allowed', `A lead that is "${lead.status}" cannot become "${to}": ${allowed(moves.map((move) => move.to))}.`)
  }
  const moved: LeadStep = {
    kind: 'status_changed',
    set: { status: to, active: !status.isFinal },
    reason,
    details: { previousStatus: lead.status },
  }
  // The score is set while the lead is active: before it ends, after it came back.
  return { steps: status.isFinal ? [...scoring, moved] : [moved, ...scoring] }
}

function decideRestore(workflow: Workflow, lead: Lead, { from, to, reason }: LeadChange & { change: 'restore' }): ChangeDecision {
  if (lead.status === to.status && lead.assignee === to.assignee) return { steps: [] }
  if (lead.status !== from.status || lead.assignee !== from.assignee)
    return refuse('changed-since', 'Somebody has changed the lead since: it is left as it is.')
  const status = statusOf(workflow, to.status)
  if (status === undefined)
    return refuse('status-unknown', `The workflow has no status "${to.status}" any more: the lead is left as it is.`)
  const moved: LeadStep = {
    kind: 'status_changed',
    set: { status: to.status, active: !status.isFinal },
    reason,
    details: { previousStatus: lead.status },
  }
  return {
    steps: [...(to.status === lead.status ? [] : [moved]), ...(to.assignee === lead.assignee ? [] : [assigned(lead, to.assignee, reason)])],
  }
}

const assigned = (lead: Lead, assignee: string | null, reason: string | null): LeadStep => ({
  kind: 'assigned',
  set: { assignee },
  reason,
  details: { previousAssignee: lead.assignee },
})
const scored = (score: number | null, reason: string | null): LeadStep => ({ kind: 'score_changed', set: {}, score, reason, details: {} })
const isScore = (score: number | null) => score === null || (Number.isInteger(score) && score >= 0 && score <= 100)
const scoreOutOfRange = refuse('score-out-of-range', 'A score is a whole number from 0 to 100.')
const allowed = (names: readonly string[]) => (names.length === 0 ? 'it is left by no move' : `it may become ${names.join(', ')}`)

function inactive(workflow: Workflow, lead: Lead, what: string): ChangeDecision {
  const label = statusOf(workflow, lead.status)?.label ?? lead.status
  const reopening = movesFrom(workflow, lead.status).find(({ reopens }) => reopens === true)
  return refuse(
    'lead-inactive',
    `The lead is ${label} and inactive: it cannot ${what}.${reopening === undefined ? ' It can still be read.' : ` ${reopening.label} it first.`}`,
  )
}
