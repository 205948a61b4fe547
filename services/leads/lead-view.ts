import type { Transaction } from '../platform/mysql/transaction.ts'
import { eventHashOf, idFromEvent, uuidOf } from './event-identity.ts'
import {
  broadcastsToKeys,
  historyOfLead,
  keysOfContact,
  mailsOfLead,
  ordersOfKeys,
  scoreLinesOfLead,
  submissionsOfLead,
  type HistoryRow,
  type SubmissionOfLead,
} from './lead-detail.ts'
import { lockLeads } from './lead-store.ts'
import type { Tenant } from './tenants.ts'

/** All that is known of a lead, as one tree for people and programs. Ids are UUIDs, times milliseconds since 1970. */
export type LeadView = {
  leadId: string
  contactId: string
  status: string
  active: boolean
  score: number
  tags: string[]
  assignee: string | null
  openedAt: number
  previousLeadId: string | null
  keys: { kind: string; value: string; strength: string }[]
  conflicts: number
  submissions: SubmissionOfLead[]
  history: HistoryRow[]
  scoreLines: Awaited<ReturnType<typeof scoreLinesOfLead>>
  orders: Awaited<ReturnType<typeof ordersOfKeys>>
  receipts: Awaited<ReturnType<typeof broadcastsToKeys>>
  mails: Awaited<ReturnType<typeof mailsOfLead>>
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
  const keys = await keysOfContact(tx, tenantId, lead.contactId)
  const hashes = keys.map(({ hash }) => hash)
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
    assignee: lead.assignee,
    openedAt: lead.openedAt,
    previousLeadId: lead.previousLeadId === null ? null : uuidOf(lead.previousLeadId),
    keys: keys.map(({ kind, value, strength }) => ({ kind, value, strength })),
    conflicts: Number(conflicts?.conflicts ?? 0),
    submissions: await submissionsOfLead(tx, tenantId, leadId),
    history: (await historyOfLead(tx, tenantId, leadId, lead.sequence + 1, lead.sequence)).reverse(),
    scoreLines: await scoreLinesOfLead(tx, tenantId, leadId),
    orders: await ordersOfKeys(tx, tenantId, hashes),
    receipts: await broadcastsToKeys(tx, tenantId, hashes),
    mails: await mailsOfLead(tx, tenantId, leadId),
  }
}
