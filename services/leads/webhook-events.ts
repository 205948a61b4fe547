import { uuidOf } from './event-identity.ts'
import type { LeadEventKind } from './lead-events.ts'
import type { OutboxRow } from './outbox.ts'

/** What a subscription can ask for: the kinds of lead.activity. `*` asks for all of them, and for those that come later. */
export const webhookTypes = [
  'lead.opened',
  'lead.submission_added',
  'lead.order_changed',
  'lead.status_changed',
  'lead.score_changed',
  'lead.assigned',
  'lead.follow_up_added',
  'lead.follow_up_changed',
  'lead.follow_up_done',
  'lead.follow_up_cancelled',
  'lead.note_added',
] as const satisfies `lead.${LeadEventKind}`[]
export type WebhookType = (typeof webhookTypes)[number] | '*'

/** The type of the event that a person sends to try a subscription. No subscription can ask for it. */
export const testType = 'webhook.test'

/** The type that an event of the history has in webhooks. */
export const webhookTypeOf = (kind: LeadEventKind) => `lead.${kind}`

/** Whether a subscription for `types` gets an event of this type. */
export const wants = (types: readonly WebhookType[], type: string) => types.some((wanted) => wanted === '*' || wanted === type)

/**
 * The body of the webhook of a history row: the facts that lead.activity and lead.status publish, without the contact and without the id of the person who acted. It is made once, when the
 * event is queued, and every try sends the same bytes.
 */
export function webhookBody(row: OutboxRow): string {
  const { snapshot, previousStatus, reason, visitorId, conversationId, submissionId, orderId } = row.payload
  return JSON.stringify({
    type: webhookTypeOf(row.kind),
    timestamp: new Date(row.occurredAt).toISOString(),
    data: {
      tenant: row.tenant,
      leadId: uuidOf(row.leadId),
      sequence: row.sequence,
      status: snapshot.status,
      previousStatus,
      final: !snapshot.active,
      score: snapshot.score,
      tags: snapshot.tags,
      assignee: snapshot.assignee,
      actorKind: row.actor.split(':')[0],
      reason,
      submissionId,
      orderId,
      visitorId,
      conversationId,
    },
  })
}

/** The body of a test event. */
export function testBody(tenant: string, now: Date): string {
  return JSON.stringify({ type: testType, timestamp: now.toISOString(), data: { tenant, message: 'This is a test.' } })
}
