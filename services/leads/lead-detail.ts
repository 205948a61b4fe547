import type { Transaction } from '../platform/mysql/transaction.ts'
import { uuidOf } from './event-identity.ts'
import type { LeadEventDetails, LeadEventPayload } from './lead-events.ts'
import { readLeads, type Lead } from './lead-store.ts'
import { contactKeysOf } from './contact-keys.ts'
import { isLimited, visibleFrom } from './plan.ts'
import { progressWords } from './receipts.ts'
import { Refusal } from './refusal.ts'
import type { SubmissionContent, Tag } from './submission.ts'
import type { Tenant } from './tenants.ts'
import { notFound } from './change-leads.ts'

/** A submission as it stands in a lead. Times are milliseconds since 1970. */
export type SubmissionOfLead = {
  submissionId: string
  tag: Tag
  source: string
  eventId: string
  occurredAt: number
  receivedAt: number
  rule: string
  content: SubmissionContent
}

/** The lead with this id, if the tenant has it and its plan shows it, without a lock. Throws `lead-not-found`. */
export async function readVisibleLead(tx: Transaction, tenant: Tenant, leadId: Buffer): Promise<Lead> {
  const from = await visibleFrom(tx, tenant)
  const [lead] = Buffer.compare(leadId, from) < 0 ? [] : await readLeads(tx, tenant.tenantId, [leadId])
  if (lead === undefined) throw new Refusal('lead-not-found', notFound)
  // A past lead that the plan hides is not there, not even as an id.
  const { previousLeadId } = lead
  return previousLeadId !== null && Buffer.compare(previousLeadId, from) < 0 ? { ...lead, previousLeadId: null } : lead
}

/** The submissions of a lead, oldest first. */
export async function submissionsOfLead(tx: Transaction, tenantId: number, leadId: Buffer): Promise<SubmissionOfLead[]> {
  const rows = await tx.select<{
    submission_id: Buffer
    tag: Tag
    source: string
    event_id: string
    occurred_at: number
    received_at: number
    rule: string
    content: string
  }>(
    `SELECT submissions.submission_id, submissions.tag, submissions.source, submissions.event_id, submissions.occurred_at, submissions.received_at, lead_submissions.rule, submissions.content
     FROM lead_submissions JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id
     WHERE lead_submissions.tenant_id = ? AND lead_submissions.lead_id = ? ORDER BY submissions.submission_id`,
    [tenantId, leadId],
  )
  return rows.map((row) => ({
    submissionId: uuidOf(row.submission_id),
    tag: row.tag,
    source: row.source,
    eventId: row.event_id,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    rule: row.rule,
    content: JSON.parse(row.content) as SubmissionContent,
  }))
}

/** What is shown of the person: of each field, what the newest submission says that has it (DESIGN D13). */
export function contactDetailsOf(submissions: readonly Pick<SubmissionOfLead, 'content'>[]) {
  const newest = (field: 'name' | 'email' | 'phone' | 'orderNumber' | 'locale' | 'timezone') =>
    submissions.findLast(({ content }) => (content[field] ?? '').trim() !== '')?.content[field] ?? null
  const consent = submissions.findLast(({ content }) => content.consent !== null)?.content.consent ?? null
  return {
    name: newest('name'),
    email: newest('email'),
    phone: newest('phone'),
    orderNumber: newest('orderNumber'),
    locale: newest('locale'),
    timezone: newest('timezone'),
    consent,
  }
}

/** A row of the history that people read. */
export type HistoryRow = {
  sequence: number
  kind: string
  actor: string
  occurredAt: number
  recordedAt: number
  publishedAt: number | null
  status: string
  previousStatus: string | null
  score: number
  assignee: string | null
  reason: string | null
  submissionId: string | null
  orderId: string | null
  orderStatus: string | null
  details: LeadEventDetails
}

/** The history of a lead, newest first, `limit` rows at most below `before`. */
export async function historyOfLead(
  tx: Transaction,
  tenantId: number,
  leadId: Buffer,
  before: number,
  limit: number,
): Promise<HistoryRow[]> {
  const rows = await tx.select<{
    sequence: number
    type: string
    actor: string
    occurred_at: number
    recorded_at: number
    published_at: number | null
    payload: string
  }>(
    `SELECT lead_events.sequence, lead_events.type, lead_events.actor, lead_events.occurred_at, lead_events.recorded_at, lead_events.published_at, lead_events.payload FROM lead_events
     WHERE lead_events.tenant_id = ? AND lead_events.aggregateid = ? AND lead_events.sequence < ? ORDER BY lead_events.sequence DESC LIMIT ${Math.trunc(limit)}`,
    [tenantId, leadId, before],
  )
  return rows.map((row) => {
    const {
      snapshot,
      previousStatus,
      reason,
      submissionId,
      orderId,
      orderStatus,
      details = {},
    } = JSON.parse(row.payload) as LeadEventPayload
    return {
      sequence: row.sequence,
      kind: row.type,
      actor: row.actor,
      occurredAt: row.occurred_at,
      recordedAt: row.recorded_at,
      publishedAt: row.published_at,
      status: snapshot.status,
      previousStatus,
      score: snapshot.score,
      assignee: snapshot.assignee,
      reason,
      submissionId,
      orderId,
      orderStatus,
      details,
    }
  })
}

/** The score of a lead as the sum that it is, in the order in which the lines were written. */
export async function scoreLinesOfLead(tx: Transaction, tenantId: number, leadId: Buffer) {
  const rows = await tx.select<{
    rule: string
    version: number
    evidence: string
    points: number
    sequence: number
    scored_at: number
    author: string | null
    reason: string | null
  }>(
    `SELECT score_lines.rule, score_lines.version, score_lines.evidence, score_lines.points, score_lines.sequence, score_lines.scored_at, score_lines.author, score_lines.reason
     FROM score_lines WHERE score_lines.tenant_id = ? AND score_lines.lead_id = ? ORDER BY score_lines.sequence, score_lines.rule, score_lines.evidence`,
    [tenantId, leadId],
  )
  return rows.map(({ scored_at, ...line }) => ({ ...line, scoredAt: scored_at }))
}

/** Every lead of the same person but this one, newest first; those that the tenant's plan shows. */
export async function otherLeadsOf(tx: Transaction, tenant: Tenant, lead: Lead): Promise<Lead[]> {
  const rows = await tx.select<{ lead_id: Buffer }>(
    'SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? AND leads.contact_id = ? AND leads.lead_id <> ? AND leads.lead_id >= ? ORDER BY leads.lead_id DESC LIMIT 200',
    [tenant.tenantId, lead.contactId, lead.leadId, await visibleFrom(tx, tenant)],
  )
  return (
    await readLeads(
      tx,
      tenant.tenantId,
      rows.map(({ lead_id }) => lead_id),
    )
  ).reverse()
}

/**
 * The keys by which a person is known, as the tenant's plan shows them: on a limited one those that the lead's own submissions bring, for the others may come from leads that it hides.
 */
export async function shownKeys(tx: Transaction, tenant: Tenant, lead: Lead, submissions: readonly Pick<SubmissionOfLead, 'content'>[]) {
  const keys = await keysOfContact(tx, tenant.tenantId, lead.contactId)
  if (!isLimited(tenant)) return keys
  const own = submissions.flatMap(({ content }) => contactKeysOf(content, tenant.region))
  return keys.filter(({ hash }) => own.some((key) => key.hash.equals(hash)))
}

/** The keys by which a person is known. `hash` finds what hangs on a key. */
export async function keysOfContact(tx: Transaction, tenantId: number, contactId: Buffer) {
  return await tx.select<{ hash: Buffer; kind: string; value: string; strength: string }>(
    'SELECT contact_keys.key_hash AS hash, contact_keys.kind, contact_keys.value, contact_keys.strength FROM contact_keys WHERE contact_keys.tenant_id = ? AND contact_keys.contact_id = ? ORDER BY contact_keys.kind, contact_keys.value',
    [tenantId, contactId],
  )
}

/** The broadcasts to a person, newest first: how far each message and attempt came, when, and what went wrong. */
export async function broadcastsToKeys(tx: Transaction, tenantId: number, keyHashes: readonly Buffer[]) {
  if (keyHashes.length === 0) return []
  const rows = await tx.select<{
    message_id: string
    attempt: number
    progress: number
    sent_at: number | null
    delivered_at: number | null
    read_at: number | null
    failed_at: number | null
    received_at: number
    broadcast_id: string | null
    campaign_name: string | null
    template_name: string | null
    template_language: string | null
    error_code: string | null
    error_title: string | null
  }>(
    `SELECT receipts.message_id, receipts.attempt, receipts.progress, receipts.sent_at, receipts.delivered_at, receipts.read_at, receipts.failed_at, receipts.received_at, receipts.broadcast_id,
       receipts.campaign_name, receipts.template_name, receipts.template_language, receipts.error_code, receipts.error_title
     FROM receipts WHERE receipts.tenant_id = ? AND receipts.recipient_key IN (?) ORDER BY receipts.received_at DESC, receipts.message_id, receipts.attempt LIMIT 500`,
    [tenantId, keyHashes],
  )
  return rows.map((row) => ({
    messageId: row.message_id,
    attempt: row.attempt,
    status: progressWords[row.progress] ?? 'unknown',
    sentAt: row.sent_at,
    deliveredAt: row.delivered_at,
    readAt: row.read_at,
    failedAt: row.failed_at,
    receivedAt: row.received_at,
    broadcastId: row.broadcast_id,
    campaign: row.campaign_name,
    template: row.template_name,
    language: row.template_language,
    error: row.error_code === null && row.error_title === null ? null : { code: row.error_code, title: row.error_title },
  }))
}

/** The orders that hang on a person's keys. */
export async function ordersOfKeys(tx: Transaction, tenantId: number, keyHashes: readonly Buffer[]) {
  if (keyHashes.length === 0) return []
  const rows = await tx.select<{
    order_id: string
    order_number: string | null
    status: string
    total_minor: number | null
    currency: string | null
    occurred_at: number
  }>(
    `SELECT DISTINCT orders.order_id, orders.order_number, orders.status, orders.total_minor, orders.currency, orders.occurred_at
     FROM order_keys JOIN orders ON orders.tenant_id = order_keys.tenant_id AND orders.order_hash = order_keys.order_hash
     WHERE order_keys.tenant_id = ? AND order_keys.key_hash IN (?) ORDER BY orders.occurred_at DESC, orders.order_id LIMIT 200`,
    [tenantId, keyHashes],
  )
  return rows.map((row) => ({
    orderId: row.order_id,
    orderNumber: row.order_number,
    status: row.status,
    totalMinor: row.total_minor === null ? null : Number(row.total_minor),
    currency: row.currency,
    changedAt: row.occurred_at,
  }))
}

/** The mail ledger of a lead, oldest first. */
export async function mailsOfLead(tx: Transaction, tenantId: number, leadId: Buffer) {
  const rows = await tx.select<{
    template: string
    recipient: string
    state: string
    attempts: number
    reason: string | null
    queued_at: number
    sent_at: number | null
  }>(
    'SELECT mails.template, mails.recipient, mails.state, mails.attempts, mails.reason, mails.queued_at, mails.sent_at FROM mails WHERE mails.tenant_id = ? AND mails.lead_id = ? ORDER BY mails.queued_at, mails.mail_id',
    [tenantId, leadId],
  )
  return rows.map(({ queued_at, sent_at, ...mail }) => ({ ...mail, queuedAt: queued_at, sentAt: sent_at }))
}
