import type { LeadActivity, LeadStatus } from '../../schemas/events.ts'
import { uuidOf } from '../leads/event-identity.ts'
import type { OutboxRow } from '../leads/outbox.ts'

/** The lead.activity event of a history row. */
export function toActivity(row: OutboxRow): LeadActivity {
  const { payload } = row
  return {
    ...envelopeOf(row),
    kind: row.kind,
    actor: row.actor,
    contact_id: payload.contactId,
    submission_id: payload.submissionId,
    order_id: payload.orderId,
    reason: payload.reason,
    snapshot: payload.snapshot,
  }
}

/** The lead.status event of a history row; undefined when the row does not change the status. */
export function toStatus(row: OutboxRow): LeadStatus | undefined {
  if (row.kind !== 'opened' && row.kind !== 'status_changed') return undefined
  const { payload } = row
  return {
    ...envelopeOf(row),
    previous_status: payload.previousStatus,
    status: payload.snapshot.status,
    final: !payload.snapshot.active,
    score: payload.snapshot.score,
    reason: payload.reason,
    actor: row.actor,
    visitor_id: payload.visitorId,
    conversation_id: payload.conversationId,
  }
}

/**
 * Record headers, named as Debezium's outbox event router names its columns: a reader drops repeats by `id` and sees gaps by `sequence`. `replay` stands on what was published before
 * and is published again because somebody asked for it.
 */
export function headersOf(row: OutboxRow): Record<string, string> {
  return {
    id: uuidOf(row.id),
    aggregatetype: 'lead',
    aggregateid: uuidOf(row.leadId),
    type: row.kind,
    sequence: String(row.sequence),
    ...(row.publishedAt === null ? {} : { replay: 'true' }),
  }
}

function envelopeOf(row: OutboxRow) {
  return {
    event_id: uuidOf(row.id),
    tenant: row.tenant,
    occurred_at: row.occurredAt,
    source: row.payload.source,
    lead_id: uuidOf(row.leadId),
    sequence: row.sequence,
  }
}
