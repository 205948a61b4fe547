import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Actor } from './change-leads.ts'
import { idFromEvent, uuidOf } from './event-identity.ts'
import { readFollowUp, type FollowUp } from './list-follow-ups.ts'
import type { LeadEventKind } from './lead-events.ts'
import { checkText } from './notes.ts'
import { lockVisibleLead, recordOnLead } from './record-on-lead.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'

/** What is to be done with a lead, by when and by whom. `remindAt` is when the agent gets a mail; null for none. */
export type FollowUpPlan = { dueAt: number; note: string; agent: string | null; remindAt: number | null }

const farthestMs = 5 * 366 * 86_400_000

/** Adds a follow-up to an active lead. Throws `lead-inactive`, `time-invalid`, `text-too-long`. */
export async function addFollowUp(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  leadId: Buffer,
  plan: FollowUpPlan,
  now: Date,
): Promise<FollowUp> {
  const lead = await lockActiveLead(tx, tenant, leadId)
  const note = checkPlan(plan, now)
  const followUpId = idFromEvent('follow-up', tenant.slug, now.getTime(), Buffer.concat([leadId, Buffer.from(String(lead.sequence + 1))]))
  const details = { followUpId: uuidOf(followUpId), dueAt: plan.dueAt }
  const sequence = await recordOnLead(tx, tenant, lead, actor, 'follow_up_added', details, now)
  const remindAt = dateOf(plan.remindAt)
  await tx.insert(
    'follow_ups',
    [
      'tenant_id',
      'follow_up_id',
      'lead_id',
      'state',
      'due_at',
      'note',
      'agent',
      'remind_at',
      'reminder_due_at',
      'sequence',
      'author',
      'created_at',
    ],
    [[tenant.tenantId, followUpId, leadId, 'open', new Date(plan.dueAt), note, plan.agent, remindAt, remindAt, sequence, actor, now]],
  )
  return await readFollowUp(tx, tenant.tenantId, followUpId, now)
}

/** Changes an open follow-up of an active lead; what `change` leaves out stays. A reminder that is set again is sent again. */
export async function changeFollowUp(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  followUpId: Buffer,
  change: Partial<FollowUpPlan>,
  now: Date,
): Promise<FollowUp> {
  const { lead, followUp } = await lockOpenFollowUp(tx, tenant, followUpId)
  if (!lead.active) throw inactive()
  const plan = { dueAt: followUp.dueAt, note: followUp.note, agent: followUp.agent, remindAt: followUp.remindAt, ...change }
  const note = checkPlan(plan, now)
  const details = { followUpId: uuidOf(followUpId), dueAt: plan.dueAt }
  const sequence = await recordOnLead(tx, tenant, lead, actor, 'follow_up_changed', details, now)
  const remindAt = dateOf(plan.remindAt)
  const isRemindedAgain = change.remindAt !== undefined || followUp.remindedAt === null
  await tx.execute(
    'UPDATE follow_ups SET due_at = ?, note = ?, agent = ?, remind_at = ?, reminder_due_at = ?, reminded_at = ?, sequence = ? WHERE tenant_id = ? AND follow_up_id = ?',
    [
      new Date(plan.dueAt),
      note,
      plan.agent,
      remindAt,
      isRemindedAgain ? remindAt : null,
      isRemindedAgain ? null : dateOf(followUp.remindedAt),
      sequence,
      tenant.tenantId,
      followUpId,
    ],
  )
  return await readFollowUp(tx, tenant.tenantId, followUpId, now)
}

/** Marks an open follow-up as done or cancelled; also on a lead that has ended, so that lists can be cleared. Throws `follow-up-settled` when it is that already. */
export async function settleFollowUp(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  followUpId: Buffer,
  state: 'done' | 'cancelled',
  now: Date,
): Promise<FollowUp> {
  const { lead } = await lockOpenFollowUp(tx, tenant, followUpId)
  await tx.execute(
    'UPDATE follow_ups SET state = ?, settled_at = ?, settled_by = ?, reminder_due_at = NULL WHERE tenant_id = ? AND follow_up_id = ?',
    [state, now, actor, tenant.tenantId, followUpId],
  )
  const kind: LeadEventKind = state === 'done' ? 'follow_up_done' : 'follow_up_cancelled'
  await recordOnLead(tx, tenant, lead, actor, kind, { followUpId: uuidOf(followUpId) }, now)
  return await readFollowUp(tx, tenant.tenantId, followUpId, now)
}

async function lockOpenFollowUp(tx: Transaction, tenant: Tenant, followUpId: Buffer) {
  const { leadId } = await readFollowUp(tx, tenant.tenantId, followUpId, new Date(0))
  // The lead's lock is the follow-up's too: what it is now is read behind it.
  const lead = await lockVisibleLead(tx, tenant, Buffer.from(leadId.replaceAll('-', ''), 'hex')).catch((error: unknown) => {
    throw error instanceof Refusal ? new Refusal('follow-up-not-found', 'There is no such follow-up.') : error
  })
  const followUp = await readFollowUp(tx, tenant.tenantId, followUpId, new Date(0))
  if (followUp.state === 'done' || followUp.state === 'cancelled')
    throw new Refusal('follow-up-settled', `The follow-up is ${followUp.state} already: add a new one.`)
  return { lead, followUp }
}

async function lockActiveLead(tx: Transaction, tenant: Tenant, leadId: Buffer) {
  const lead = await lockVisibleLead(tx, tenant, leadId)
  if (!lead.active) throw inactive()
  return lead
}

/** The note of a plan, without white space around it. Throws `time-invalid` and `text-too-long`. */
export function checkPlan({ dueAt, note, remindAt }: FollowUpPlan, now: Date): string {
  if (dueAt > now.getTime() + farthestMs || dueAt < now.getTime() - farthestMs)
    throw new Refusal('time-invalid', 'The due time is more than five years away: give one nearer.')
  if (remindAt !== null && remindAt > dueAt)
    throw new Refusal('time-invalid', 'The reminder is later than the due time: give an earlier one.')
  return note.trim() === '' ? '' : checkText(note)
}

const inactive = () => new Refusal('lead-inactive', 'The lead is inactive: it gets no follow-up.')
const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms))
