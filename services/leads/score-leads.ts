import type { Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'
import { uuidBytes, uuidOf } from './event-identity.ts'
import { appendLeadEvents, type LeadEvent, type LeadEventKind, type LeadEventPayload } from './lead-events.ts'
import { lockLeads, snapshotOf, writeLeads, type Lead } from './lead-store.ts'
import { readLines, writeLines, type WrittenLine } from './score-lines.ts'
import { scoreActivity, sumOf } from './score-rules.ts'
import type { SubmissionContent, Tag } from './submission.ts'
import type { Tenant } from './tenants.ts'

/** A row of a lead's history that may change its score. */
export type ActivityRef = { leadId: Buffer; sequence: number }

type HistoryRow = { aggregateid: Buffer; sequence: number; type: LeadEventKind; occurred_at: number; payload: string }
type SubmissionRow = { submission_id: Buffer; tag: Tag; content: string }

/**
 * Scores activities of one tenant, each on its own, in the order of the history: adds score lines, sets the lead's score to their sum and, where it changed, appends `score_changed`.
 * An activity that was scored before adds nothing. Answers, per activity, whether the score changed.
 */
export async function scoreLeads(tx: Transaction, tenant: Tenant, activities: readonly ActivityRef[], now: Date): Promise<boolean[]> {
  const leads = new Map(
    (await lockLeads(tx, tenant.tenantId, distinct(activities.map(({ leadId }) => leadId)))).map((lead) => [textOf(lead.leadId), lead]),
  )
  const history = await readHistory(tx, tenant.tenantId, activities)
  const submissions = await readSubmissions(tx, tenant.tenantId, [...history.values()])
  const lines = await readLines(tx, tenant.tenantId, [...leads.values()])
  const written: WrittenLine[] = []
  const events: LeadEvent[] = []
  const changed = activities.map((ref) => {
    const lead = leads.get(textOf(ref.leadId))
    const row = history.get(historyKey(ref.leadId, ref.sequence))
    if (lead === undefined || row === undefined) return false
    const payload = JSON.parse(row.payload) as LeadEventPayload
    const existing = lines.get(textOf(lead.leadId)) ?? []
    const submission = payload.submissionId === null ? null : (submissions.get(payload.submissionId) ?? null)
    const order = payload.orderId === null || payload.orderStatus === null ? null : { id: payload.orderId, status: payload.orderStatus }
    const added = scoreActivity({ sequence: row.sequence, kind: row.type, submission, order, region: tenant.region }, existing)
    written.push(...added.map((line) => ({ ...line, leadId: lead.leadId, sequence: row.sequence })))
    lines.set(textOf(lead.leadId), [...existing, ...added])
    const score = sumOf(existing) + sumOf(added)
    if (score === lead.score) return false
    lead.score = score
    lead.sequence++
    events.push(scoreChanged(tenant, lead, row.occurred_at, payload))
    return true
  })
  await writeLines(tx, tenant.tenantId, written, now)
  await writeLeads(
    tx,
    tenant.tenantId,
    distinct(events.map(({ leadId }) => leadId)).map((id) => leads.get(textOf(id)) as Lead),
  )
  await appendLeadEvents(tx, events, now)
  return changed
}

function scoreChanged(tenant: Tenant, lead: Lead, occurredAt: number, cause: LeadEventPayload): LeadEvent {
  const payload: LeadEventPayload = {
    ...cause,
    contactId: uuidOf(lead.contactId),
    previousStatus: lead.status,
    reason: null,
    source: 'lead-scorer',
    snapshot: snapshotOf(lead),
  }
  return {
    tenantId: tenant.tenantId,
    tenant: tenant.slug,
    leadId: lead.leadId,
    sequence: lead.sequence,
    kind: 'score_changed',
    actor: 'rule:score/1',
    occurredAt,
    payload,
  }
}

async function readHistory(tx: Transaction, tenantId: number, activities: readonly ActivityRef[]): Promise<Map<string, HistoryRow>> {
  const sequences = [...new Set(activities.map(({ sequence }) => sequence))]
  if (sequences.length === 0) return new Map()
  // Leads times sequences is a little more than what is asked for; it keeps the statement on the primary key of every engine.
  const rows = await tx.select<HistoryRow>(
    'SELECT aggregateid, sequence, type, occurred_at, payload FROM lead_events WHERE tenant_id = ? AND aggregateid IN (?) AND sequence IN (?)',
    [tenantId, distinct(activities.map(({ leadId }) => leadId)), sequences],
  )
  return new Map(rows.map((row) => [historyKey(row.aggregateid, row.sequence), row]))
}

async function readSubmissions(tx: Transaction, tenantId: number, history: readonly HistoryRow[]) {
  const ids = history.map(({ payload }) => (JSON.parse(payload) as LeadEventPayload).submissionId).filter((id) => id !== null)
  const bytes = [...new Set(ids)].map(uuidBytes).filter((id) => id !== undefined)
  if (bytes.length === 0) return new Map<string, { id: string; tag: Tag; content: SubmissionContent }>()
  const rows = await tx.select<SubmissionRow>(
    'SELECT submission_id, tag, content FROM submissions WHERE tenant_id = ? AND submission_id IN (?)',
    [tenantId, bytes],
  )
  return new Map(
    rows.map((row) => [
      uuidOf(row.submission_id),
      { id: uuidOf(row.submission_id), tag: row.tag, content: JSON.parse(row.content) as SubmissionContent },
    ]),
  )
}

const historyKey = (leadId: Buffer, sequence: number) => `${textOf(leadId)}:${sequence}`
const distinct = (ids: readonly Buffer[]) => [...new Map(ids.map((id) => [textOf(id), id])).values()]
