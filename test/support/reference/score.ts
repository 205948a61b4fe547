import type { OrderStatus } from '../../../schemas/events.ts'

export type Tag =
  | 'agent_request'
  | 'order_question'
  | 'coupon_request'
  | 'refund_request'
  | 'cancellation'
  | 'order_resolved'
  | 'coupon_created'
  | 'broadcast_reply'
  | 'other'

export type Submission = {
  tenant: string
  submissionId: string
  contactId: string
  tag: Tag
  products: number
  hasName: boolean
  hasEmail: boolean
  hasPhone: boolean
  strongestKey: { kind: string; value: string } | null
}

export type ScoreLine = { rule: string; evidence: string; points: number }

/** What the scorer reads of one activity. */
export type Activity =
  | { kind: 'opened' | 'submission_added'; activityId: string; submission: Submission }
  | { kind: 'order_changed'; activityId: string; orderId: string; status: OrderStatus }

export const pointsByTag: Record<Tag, number> = {
  agent_request: 30,
  order_question: 15,
  coupon_request: 20,
  refund_request: 10,
  cancellation: 5,
  order_resolved: 0,
  coupon_created: 15,
  broadcast_reply: 25,
  other: 10,
}
export const mostPoints = 100
export const followUpPoints = 5
export const mostFollowUps = 4
export const pointsOncePerLead = { has_name: 5, has_email: 10, has_phone: 15 }

/** Points of the products that were discussed. */
export const productPoints = (products: number) => 5 * Math.min(products, 3)

/** The lines that one activity adds to those that a lead has. They never lift the sum above 100. */
export function linesAddedBy(activity: Activity, lines: readonly ScoreLine[]): ScoreLine[] {
  const added: ScoreLine[] = []
  const add = (rule: string, evidence: string, points: number) => {
    const isThere = [...lines, ...added].some((line) => line.rule === rule && line.evidence === evidence)
    if (points !== 0 && !isThere) added.push({ rule, evidence, points })
  }
  if (activity.kind === 'order_changed') {
    if (['PLACED', 'PAID', 'FULFILLED'].includes(activity.status)) add('order_placed', activity.orderId, 20)
  } else {
    const { submissionId, tag, products, hasName, hasEmail, hasPhone } = activity.submission
    add(tag, submissionId, pointsByTag[tag])
    add('products_discussed', submissionId, productPoints(products))
    if (hasName) add('has_name', '', pointsOncePerLead.has_name)
    if (hasEmail) add('has_email', '', pointsOncePerLead.has_email)
    if (hasPhone) add('has_phone', '', pointsOncePerLead.has_phone)
    const followUps = lines.filter(({ rule }) => rule === 'follow_up').length
    if (activity.kind === 'submission_added' && followUps < mostFollowUps) add('follow_up', submissionId, followUpPoints)
  }
  const excess = scoreOf([...lines, ...added]) - mostPoints
  if (excess > 0) add('cap', activity.activityId, -excess)
  return added
}

export const scoreOf = (lines: readonly ScoreLine[]) => lines.reduce((sum, { points }) => sum + points, 0)
