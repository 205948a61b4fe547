import type { Transaction } from '../platform/mysql/transaction.ts'
import type { BulkChange } from './bulk-actions.ts'
import { changeLeads, type Actor, type ChangeResult } from './change-leads.ts'
import type { LeadChange, LeadStanding } from './decide-change.ts'
import { textOf } from './decide-contacts.ts'
import { uuidBytes } from './event-identity.ts'
import { addFollowUp, settleFollowUp } from './follow-ups.ts'
import { lockContacts, lockLeads } from './lead-store.ts'
import { visibleFrom } from './plan.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'

/** What it takes to put a lead back: what it was and what it became, or the follow-up that was added. */
export type BulkUndo = { from: LeadStanding; to: LeadStanding } | { followUpId: string }

/** What became of one lead. `undo` is kept beside the result. */
export type AppliedChange =
  | { leadId: Buffer; result: 'changed'; sequence: number; undo: BulkUndo | null }
  | { leadId: Buffer; result: 'unchanged'; sequence: number }
  | { leadId: Buffer; result: 'refused'; code: string; reason: string }

/** Makes the change of a bulk action on a unit of its leads, sorted by id, in one transaction; answers what became of each. */
export async function applyBulkChange(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  { change, undoes }: { change: BulkChange; undoes: Buffer | null },
  leadIds: readonly Buffer[],
  now: Date,
): Promise<AppliedChange[]> {
  switch (change.change) {
    case 'status':
    case 'assignee':
      return await changeActiveLeads(tx, tenant, actor, change, leadIds, now)
    case 'follow_up':
      await lockLeads(tx, tenant.tenantId, leadIds)
      return await eachLead(leadIds, async (leadId) => {
        const { followUpId } = await addFollowUp(tx, tenant, actor, leadId, change.plan, now)
        return { leadId, result: 'changed', sequence: await sequenceOf(tx, tenant, leadId), undo: { followUpId } }
      })
    case 'undo':
      if (undoes === null) throw new Error('an undo without what it undoes')
      return await undoChanges(tx, tenant, actor, undoes, leadIds, now)
  }
}

/** As `changeLeads`, but brings no lead back to life: that is for people who have looked at it. */
async function changeActiveLeads(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  change: LeadChange,
  leadIds: readonly Buffer[],
  now: Date,
): Promise<AppliedChange[]> {
  const from = await visibleFrom(tx, tenant)
  const visible = leadIds.filter((id) => Buffer.compare(id, from) >= 0)
  const inactive = new Set(
    (await lockLeads(tx, tenant.tenantId, visible)).filter(({ active }) => !active).map(({ leadId }) => textOf(leadId)),
  )
  const isActive = (id: Buffer) => !inactive.has(textOf(id))
  const results = await changeLeads(tx, tenant, actor, leadIds.filter(isActive), change, now)
  const applied = new Map(results.map((result) => [textOf(result.leadId), withUndo(result)]))
  return leadIds.map((leadId) => applied.get(textOf(leadId)) ?? { leadId, result: 'refused', code: 'lead-inactive', reason: isInactive })
}

const isInactive = 'The lead is inactive: a bulk action changes active leads only.'

async function undoChanges(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  bulkId: Buffer,
  leadIds: readonly Buffer[],
  now: Date,
): Promise<AppliedChange[]> {
  // All locks first, contacts before leads and each in the order of ids, as intake does: below, leads are changed group by group.
  await lockToRevive(tx, tenant, leadIds)
  await lockLeads(tx, tenant.tenantId, leadIds)
  const undos = await readUndos(tx, tenant, bulkId, leadIds)
  const applied = new Map<string, AppliedChange>()
  const groups = new Map<string, { undo: { from: LeadStanding; to: LeadStanding }; leadIds: Buffer[] }>()
  for (const leadId of leadIds) {
    const found = undos.get(textOf(leadId))
    if (found === undefined) throw new Error('a lead to undo that was not changed')
    if (found.isChangedSince) applied.set(textOf(leadId), { leadId, result: 'refused', code: 'changed-since', reason: changedSince })
    else if ('followUpId' in found.undo)
      applied.set(textOf(leadId), await cancelFollowUp(tx, tenant, actor, leadId, found.undo.followUpId, now))
    else {
      const group = groups.get(found.text) ?? { undo: found.undo, leadIds: [] }
      group.leadIds.push(leadId)
      groups.set(found.text, group)
    }
  }
  for (const group of groups.values()) {
    const change = { change: 'restore', from: group.undo.from, to: group.undo.to, reason: 'Bulk action undone' } as const
    for (const result of await changeLeads(tx, tenant, actor, group.leadIds, change, now))
      applied.set(textOf(result.leadId), withUndo(result))
  }
  return leadIds.map((leadId) => applied.get(textOf(leadId)) as AppliedChange)
}

const changedSince = 'Somebody has changed the lead since: it is left as it is.'

async function lockToRevive(tx: Transaction, tenant: Tenant, leadIds: readonly Buffer[]): Promise<void> {
  const rows = await tx.select<{ contact_id: Buffer }>(
    'SELECT DISTINCT leads.contact_id FROM leads WHERE leads.tenant_id = ? AND leads.lead_id IN (?) AND leads.active = 0',
    [tenant.tenantId, leadIds],
  )
  await lockContacts(
    tx,
    tenant.tenantId,
    rows.map(({ contact_id }) => contact_id),
  )
}

/** How to put back each of these leads, and whether somebody has set its status or agent after the bulk action did, even if back and forth. */
async function readUndos(tx: Transaction, { tenantId }: Tenant, bulkId: Buffer, leadIds: readonly Buffer[]) {
  const rows = await tx.select<{ lead_id: Buffer; lead_before: string; later: number }>(
    `SELECT bulk_results.lead_id, bulk_results.lead_before, EXISTS (SELECT 1 FROM lead_events WHERE lead_events.tenant_id = bulk_results.tenant_id AND lead_events.aggregateid = bulk_results.lead_id
       AND lead_events.sequence > bulk_results.sequence AND lead_events.type IN ('status_changed', 'assigned')) AS later
     FROM bulk_results WHERE bulk_results.tenant_id = ? AND bulk_results.bulk_id = ? AND bulk_results.lead_id IN (?) AND bulk_results.result = 'changed'`,
    [tenantId, bulkId, leadIds],
  )
  return new Map(
    rows.map(({ lead_id, lead_before, later }) => {
      const undo = JSON.parse(lead_before) as BulkUndo
      // A follow-up is put back by cancelling it, whatever else has happened to the lead.
      return [textOf(lead_id), { undo, text: lead_before, isChangedSince: later === 1 && !('followUpId' in undo) }]
    }),
  )
}

async function cancelFollowUp(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  leadId: Buffer,
  followUpId: string,
  now: Date,
): Promise<AppliedChange> {
  const [applied] = await eachLead([leadId], async () => {
    await settleFollowUp(tx, tenant, actor, uuidBytes(followUpId) as Buffer, 'cancelled', now)
    return { leadId, result: 'changed', sequence: await sequenceOf(tx, tenant, leadId), undo: null }
  })
  return applied as AppliedChange
}

/** One lead after the other. A refusal comes before anything of its lead is written, so the transaction goes on behind it. */
async function eachLead(leadIds: readonly Buffer[], apply: (leadId: Buffer) => Promise<AppliedChange>): Promise<AppliedChange[]> {
  const applied: AppliedChange[] = []
  for (const leadId of leadIds) {
    try {
      applied.push(await apply(leadId))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      applied.push({ leadId, result: 'refused', code: error.code, reason: error.message })
    }
  }
  return applied
}

async function sequenceOf(tx: Transaction, { tenantId }: Tenant, leadId: Buffer): Promise<number> {
  return (await lockLeads(tx, tenantId, [leadId]))[0]?.sequence ?? 0
}

function withUndo(result: ChangeResult): AppliedChange {
  const { leadId } = result
  if (result.result === 'refused') return { leadId, result: 'refused', code: result.code, reason: result.message }
  if (result.result === 'unchanged') return { leadId, result: 'unchanged', sequence: result.sequence }
  return { leadId, result: 'changed', sequence: result.sequence, undo: { from: result.after, to: result.before } }
}
