import type { Transaction } from '../platform/mysql/transaction.ts'
import { eventHashOf, idFromEvent, uuidOf } from './event-identity.ts'
import { lockLeads } from './lead-store.ts'
import { progressWords } from './receipts.ts'
import type { SubmissionContent } from './submission.ts'
import type { Tenant } from './tenants.ts'

/** All that is known of a lead, as one tree for people and programs. Ids are UUIDs, times milliseconds since 1970. */
export type LeadView = {
  leadId: string
  contactId: string
  status: string
  active: boolean
  score: number
  tags: string[]
  openedAt: number
  previousLeadId: string | null
  keys: { kind: string; value: string; strength: string }[]
  conflicts: number
  submissions: {
    submissionId: string
    tag: string
    occurredAt: number
    source: string
    eventId: string
    rule: string
    content: SubmissionContent
  }[]
  history: { sequence: number; kind: string; actor: string; occurredAt: number; publishedAt: number | null }[]
  scoreLines: { rule: string; version: number; evidence: string; points: number }[]
  orders: { orderId: string; status: string; totalMinor: number | null; currency: string | null }[]
  receipts: { messageId: string; attempt: number; status: string; campaign: string | null }[]
  mails: { template: string; state: string; attempts: number; recipient: string; sentAt: number | null }[]
}

/** The id of the lead that the submission of an event belongs to; undefined when the event is unknown or brought no submission. */
export async function findLeadOfEvent(
  tx: Transaction,
  tenant: Tenant,
  event: { source: string; event_id: string },
): Promise<Buffer | undefined> {
  const hash = eventHashOf(event)
  const [seen] = await tx.select<{ occurred_at: number }>('SELECT occurred_at FROM seen_events WHERE tenant_id = ? AND event_hash = ?', [
    tenant.tenantId,
    hash,
  ])
  if (seen === undefined) return undefined
  const submissionId = idFromEvent('submission', tenant.slug, seen.occurred_at, hash)
  const [link] = await tx.select<{ lead_id: Buffer }>('SELECT lead_id FROM lead_submissions WHERE tenant_id = ? AND submission_id = ?', [
    tenant.tenantId,
    submissionId,
  ])
  return link?.lead_id
}

/** Reads a lead whole; undefined when the tenant has no such lead. Run it in a transaction, so that its parts are of one moment. */
export async function readLead(tx: Transaction, tenantId: number, leadId: Buffer): Promise<LeadView | undefined> {
  const [lead] = await lockLeads(tx, tenantId, [leadId])
  if (lead === undefined) return undefined
  const of = [tenantId, leadId]
  const keys = await tx.select<{ key_hash: Buffer; kind: string; value: string; strength: string }>(
    'SELECT key_hash, kind, value, strength FROM contact_keys WHERE tenant_id = ? AND contact_id = ? ORDER BY kind, value',
    [tenantId, lead.contactId],
  )
  const submissions = await tx.select<{
    submission_id: Buffer
    tag: string
    occurred_at: number
    source: string
    event_id: string
    rule: string
    content: string
  }>(
    'SELECT submissions.submission_id, submissions.tag, submissions.occurred_at, submissions.source, submissions.event_id, lead_submissions.rule, submissions.content FROM lead_submissions JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id WHERE lead_submissions.tenant_id = ? AND lead_submissions.lead_id = ? ORDER BY submissions.submission_id',
    of,
  )
  const [conflicts] = await tx.select<{ conflicts: number }>(
    'SELECT COUNT(*) AS conflicts FROM key_conflicts WHERE tenant_id = ? AND contact_id = ?',
    [tenantId, lead.contactId],
  )
  return {
    leadId: uuidOf(lead.leadId),
    contactId: uuidOf(lead.contactId),
    status: lead.status,
    active: lead.active,
    score: lead.score,
    tags: lead.tags,
    openedAt: lead.openedAt,
    previousLeadId: lead.previousLeadId === null ? null : uuidOf(lead.previousLeadId),
    keys: keys.map(({ kind, value, strength }) => ({ kind, value, strength })),
    conflicts: Number(conflicts?.conflicts ?? 0),
    submissions: submissions.map((row) => ({
      submissionId: uuidOf(row.submission_id),
      tag: row.tag,
      occurredAt: row.occurred_at,
      source: row.source,
      eventId: row.event_id,
      rule: row.rule,
      content: JSON.parse(row.content) as SubmissionContent,
    })),
    history: (
      await tx.select<{ sequence: number; type: string; actor: string; occurred_at: number; published_at: number | null }>(
        'SELECT sequence, type, actor, occurred_at, published_at FROM lead_events WHERE tenant_id = ? AND aggregateid = ? ORDER BY sequence',
        of,
      )
    ).map((row) => ({
      sequence: row.sequence,
      kind: row.type,
      actor: row.actor,
      occurredAt: row.occurred_at,
      publishedAt: row.published_at,
    })),
    scoreLines: await tx.select(
      'SELECT rule, version, evidence, points FROM score_lines WHERE tenant_id = ? AND lead_id = ? ORDER BY sequence, rule',
      of,
    ),
    orders: await readOrders(
      tx,
      tenantId,
      keys.map(({ key_hash }) => key_hash),
    ),
    receipts: await readReceipts(
      tx,
      tenantId,
      keys.map(({ key_hash }) => key_hash),
    ),
    mails: (
      await tx.select<{ template: string; state: string; attempts: number; recipient: string; sent_at: number | null }>(
        'SELECT template, state, attempts, recipient, sent_at FROM mails WHERE tenant_id = ? AND lead_id = ? ORDER BY queued_at, mail_id',
        of,
      )
    ).map(({ sent_at, ...mail }) => ({ ...mail, sentAt: sent_at })),
  }
}

async function readOrders(tx: Transaction, tenantId: number, keyHashes: readonly Buffer[]) {
  if (keyHashes.length === 0) return []
  const rows = await tx.select<{ order_id: string; status: string; total_minor: number | null; currency: string | null }>(
    'SELECT DISTINCT orders.order_id, orders.status, orders.total_minor, orders.currency FROM order_keys JOIN orders ON orders.tenant_id = order_keys.tenant_id AND orders.order_hash = order_keys.order_hash WHERE order_keys.tenant_id = ? AND order_keys.key_hash IN (?) ORDER BY orders.order_id',
    [tenantId, keyHashes],
  )
  return rows.map((row) => ({ orderId: row.order_id, status: row.status, totalMinor: row.total_minor, currency: row.currency }))
}

async function readReceipts(tx: Transaction, tenantId: number, keyHashes: readonly Buffer[]) {
  if (keyHashes.length === 0) return []
  const rows = await tx.select<{ message_id: string; attempt: number; progress: number; campaign_name: string | null }>(
    'SELECT message_id, attempt, progress, campaign_name FROM receipts WHERE tenant_id = ? AND recipient_key IN (?) ORDER BY message_id, attempt',
    [tenantId, keyHashes],
  )
  return rows.map((row) => ({
    messageId: row.message_id,
    attempt: row.attempt,
    status: progressWords[row.progress] ?? 'unknown',
    campaign: row.campaign_name,
  }))
}
