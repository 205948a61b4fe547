import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'
import { uuidBytes, uuidOf } from './event-identity.ts'
import { appendLeadEvents, type LeadEvent, type LeadEventKind, type LeadEventPayload } from './lead-events.ts'
import { lockLeads, snapshotOf, writeLeads, type Lead } from './lead-store.ts'
import { scoreActivity, sumOf, type ScoreLine } from './score-rules.ts'
import type { SubmissionContent, Tag } from './submission.ts'
import type { Tenant } from './tenants.ts'

/** A row of a lead's history that may change its score. */
export type ActivityRef = { leadId: Buffer; sequence: number }

type HistoryRow = { aggregateid: Buffer; sequence: number; type: LeadEventKind; occurred_at: number; payload: string }
type SubmissionRow = { submission_id: Buffer; tag: Tag; content: string }
type LineRow = { lead_id: Buffer; rule: string; evidence: string; version: number; points: number }

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
  const newRows: SqlRow[] = []
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
    newRows.push(
      ...added.map((line): SqlRow => [
        tenant.tenantId,
        lead.leadId,
        line.rule,
        line.evidence,
        line.version,
        line.points,
        row.sequence,
        now,
      ]),
    )
    lines.set(textOf(lead.leadId), [...existing, ...added])
    const score = sumOf(existing) + sumOf(added)
    if (score === lead.score) return false
    lead.score = score
    lead.sequence++
    events.push(scoreChanged(tenant, lead, row.occurred_at, payload))
    return true
  })
  newRows.sort(
    (a, b) =>
      Buffer.compare(a[1] as Buffer, b[1] as Buffer) ||
      compareText(a[2] as string, b[2] as string) ||
      compareText(a[3] as string, b[3] as string),
  )
  await tx.insert('score_lines', ['tenant_id', 'lead_id', 'rule', 'evidence', 'version', 'points', 'sequence', 'scored_at'], newRows)
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

async function readLines(tx: Transaction, tenantId: number, leads: readonly Lead[]): Promise<Map<string, ScoreLine[]>> {
  const lines = new Map<string, ScoreLine[]>()
  if (leads.length === 0) return lines
  const rows = await tx.select<LineRow>(
    'SELECT lead_id, rule, evidence, version, points FROM score_lines WHERE tenant_id = ? AND lead_id IN (?)',
    [tenantId, leads.map(({ leadId }) => leadId)],
  )
  for (const { lead_id, ...line } of rows) lines.set(textOf(lead_id), [...(lines.get(textOf(lead_id)) ?? []), line])
  return lines
}

const historyKey = (leadId: Buffer, sequence: number) => `${textOf(leadId)}:${sequence}`
const distinct = (ids: readonly Buffer[]) => [...new Map(ids.map((id) => [textOf(id), id])).values()]
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
