import type { Transaction } from '../platform/mysql/transaction.ts'
import { expectSequence, historyRow, notFound, type Actor } from './change-leads.ts'
import { appendLeadEvents, type LeadEventDetails, type LeadEventKind } from './lead-events.ts'
import { lockLeads, writeLeads, type Lead } from './lead-store.ts'
import { visibleFrom } from './plan.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'

/** Locks a lead that the tenant's plan shows. Throws `lead-not-found`, and `lead-changed` when it no longer stands at `expectedSequence`. */
export async function lockVisibleLead(tx: Transaction, tenant: Tenant, leadId: Buffer, expectedSequence?: number): Promise<Lead> {
  const from = await visibleFrom(tx, tenant)
  const [lead] = Buffer.compare(leadId, from) < 0 ? [] : await lockLeads(tx, tenant.tenantId, [leadId])
  if (lead === undefined) throw new Refusal('lead-not-found', notFound)
  if (expectedSequence !== undefined) expectSequence(lead, expectedSequence)
  return lead
}

/** Appends one row to the history of a locked lead that changes nothing else of it: a note, a follow-up. Answers its sequence. */
export async function recordOnLead(
  tx: Transaction,
  tenant: Tenant,
  lead: Lead,
  actor: Actor,
  kind: LeadEventKind,
  details: LeadEventDetails,
  now: Date,
): Promise<number> {
  lead.sequence++
  lead.lastActivityAt = Math.max(lead.lastActivityAt, now.getTime())
  await writeLeads(tx, tenant.tenantId, [lead])
  await appendLeadEvents(tx, [historyRow(tenant, lead, kind, actor, null, lead.status, details, now)], now)
  return lead.sequence
}
