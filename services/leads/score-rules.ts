import { normalEmail, normalPhone } from './contact-keys.ts'
import type { LeadEventKind } from './lead-events.ts'
import type { SubmissionContent, Tag } from './submission.ts'

/** One term of a score: the rule, its version, the points, and what they were given for. A lead has a line once per rule and evidence. */
export type ScoreLine = { rule: string; version: number; evidence: string; points: number }

/** What the rules look at: one row of a lead's history with its submission, if it has one. */
export type ScoredActivity = {
  sequence: number
  kind: LeadEventKind
  submission: { id: string; tag: Tag; content: SubmissionContent } | null
  order: { id: string; status: string } | null
  region: string
}

/** The points of rule set version 1, as data. */
export const scoreRules = {
  version: 1,
  form: {
    agent_request: 30,
    broadcast_reply: 25,
    order_question: 15,
    coupon_request: 20,
    coupon_created: 15,
    refund_request: 10,
    cancellation: 5,
    order_resolved: 0,
    other: 10,
  } satisfies Record<Tag, number>,
  hasName: 5,
  hasEmail: 10,
  hasPhone: 15,
  perProduct: 5,
  mostProducts: 3,
  followUp: 5,
  mostFollowUps: 4,
  orderPlaced: 20,
} as const

const placedStatuses = new Set(['placed', 'paid', 'fulfilled'])
const lowest = 0
const highest = 100

/** The lines that an activity adds to those that the lead has. Once more with the same activity it adds none. Lines always sum to a score of 0 to 100: what goes beyond is taken off by a line `cap`. */
export function scoreActivity(activity: ScoredActivity, existing: readonly ScoreLine[]): ScoreLine[] {
  const has = new Set(existing.map(({ rule, evidence }) => `${rule}\0${evidence}`))
  const added: ScoreLine[] = []
  const add = (rule: string, evidence: string, points: number) => {
    if (points === 0 || has.has(`${rule}\0${evidence}`)) return
    added.push({ rule, version: scoreRules.version, evidence, points })
  }

  const { submission, order } = activity
  if (submission !== null) {
    const { content, tag, id } = submission
    add(`form_${tag}`, id, scoreRules.form[tag])
    // What an order holds was bought, not discussed.
    if (order === null) add('products_discussed', id, Math.min(content.products.length, scoreRules.mostProducts) * scoreRules.perProduct)
    add('has_name', '', (content.name ?? '').trim() === '' ? 0 : scoreRules.hasName)
    add('has_email', '', normalEmail(content.email) === undefined ? 0 : scoreRules.hasEmail)
    add('has_phone', '', normalPhone(content.phone, activity.region) === undefined ? 0 : scoreRules.hasPhone)
    const followUps = existing.filter(({ rule }) => rule === 'follow_up').length
    if (activity.kind === 'submission_added' && followUps < scoreRules.mostFollowUps) add('follow_up', id, scoreRules.followUp)
  }
  if (order !== null && activity.kind === 'order_changed' && placedStatuses.has(order.status))
    add('order_placed', order.id, scoreRules.orderPlaced)
  if (added.length === 0) return []

  const sum = sumOf(existing) + sumOf(added)
  const excess = sum > highest ? highest - sum : sum < lowest ? lowest - sum : 0
  if (excess !== 0) added.push({ rule: 'cap', version: scoreRules.version, evidence: String(activity.sequence), points: excess })
  return added
}

/** The score that lines add up to. */
export const sumOf = (lines: readonly ScoreLine[]) => lines.reduce((sum, { points }) => sum + points, 0)
