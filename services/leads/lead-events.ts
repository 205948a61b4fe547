import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import { idFromEvent } from './event-identity.ts'

/** What can happen to a lead. The word stands in the table, in lead.activity and in the history that people read. */
export type LeadEventKind =
  | 'opened'
  | 'submission_added'
  | 'order_changed'
  | 'status_changed'
  | 'score_changed'
  | 'assigned'
  | 'follow_up_added'
  | 'follow_up_changed'
  | 'follow_up_done'
  | 'follow_up_cancelled'
  | 'note_added'

/** What the history says beside the snapshot, by kind of event: what was before, and the ids of follow-ups and notes. */
export type LeadEventDetails = {
  previousStatus?: string
  previousScore?: number
  previousAssignee?: string | null
  followUpId?: string
  dueAt?: number
  noteId?: string
}

/** The lead after an event. */
export type LeadSnapshot = { status: string; active: boolean; score: number; tags: string[]; assignee: string | null }

/** What `lead_events.payload` holds, as JSON: all that the relay needs to publish the event. Ids are UUIDs in text form. */
export type LeadEventPayload = {
  contactId: string
  submissionId: string | null
  orderId: string | null
  orderStatus: string | null
  previousStatus: string | null
  reason: string | null
  source: string
  visitorId: string | null
  conversationId: string | null
  snapshot: LeadSnapshot
  details?: LeadEventDetails
}

export type LeadEvent = {
  tenantId: number
  tenant: string
  leadId: Buffer
  sequence: number
  kind: LeadEventKind
  actor: string
  occurredAt: number
  payload: LeadEventPayload
}

/** The outbox is leased in this many parts; a lead is always in the same one. */
export const shardCount = 16

/** The part of the outbox that a lead's events are in. */
export const shardOf = (leadId: Buffer) => leadId.readUInt16BE(14) % shardCount

/**
 * Appends rows to the history of leads, which is the outbox too (DESIGN D3). The caller holds the lead's row lock and has counted its sequence on; so a row that can be read
 * has all rows before it readable.
 */
export async function appendLeadEvents(tx: Transaction, events: readonly LeadEvent[], now: Date): Promise<void> {
  const rows = events.map((event): SqlRow => [
    event.tenantId,
    event.leadId,
    event.sequence,
    idFromEvent('lead-event', event.tenant, event.occurredAt, Buffer.concat([event.leadId, Buffer.from(String(event.sequence))])),
    event.kind,
    event.actor,
    new Date(event.occurredAt),
    now,
    JSON.stringify(event.payload),
    shardOf(event.leadId),
  ])
  const sorted = rows.sort(
    (a, b) => (a[0] as number) - (b[0] as number) || Buffer.compare(a[1] as Buffer, b[1] as Buffer) || (a[2] as number) - (b[2] as number),
  )
  await tx.insert(
    'lead_events',
    ['tenant_id', 'aggregateid', 'sequence', 'id', 'type', 'actor', 'occurred_at', 'recorded_at', 'payload', 'pending_shard'],
    sorted,
  )
}
