import type { Transaction } from '../platform/mysql/transaction.ts'
import { decideChange, type LeadChange, type LeadStanding, type LeadStep } from './decide-change.ts'
import { textOf } from './decide-contacts.ts'
import { uuidOf } from './event-identity.ts'
import { appendLeadEvents, type LeadEvent } from './lead-events.ts'
import { lockContacts, lockLeads, snapshotOf, writeLeads, type Lead } from './lead-store.ts'
import { visibleFrom } from './plan.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import { manualLine, readLines, writeLines, type WrittenLine } from './score-lines.ts'
import type { ScoreLine } from './score-rules.ts'
import type { Tenant } from './tenants.ts'
import { statusOf } from './workflow.ts'

/** What became of one lead. `sequence` is the number of its last history row now; `before` what it was. */
export type ChangeResult =
  | { leadId: Buffer; result: 'changed' | 'unchanged'; sequence: number; before: LeadStanding; after: LeadStanding }
  | { leadId: Buffer; result: 'refused'; code: RefusalCode; message: string }

/** Who did it: `user:<id>`, `token:<id>`, or `system`. Stands in the history and in the events that are published. */
export type Actor = string

/**
 * Makes one change on many leads of a tenant, at most some hundred, in one transaction: locks them in the order of their ids, writes leads, history and score lines together, and
 * answers what became of each, in the order asked. A lead that the plan hides is not found.
 */
export async function changeLeads(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  leadIds: readonly Buffer[],
  change: LeadChange,
  now: Date,
): Promise<ChangeResult[]> {
  const from = await visibleFrom(tx, tenant)
  const visible = leadIds.filter((id) => Buffer.compare(id, from) >= 0)
  const revivable = await lockContactsToRevive(tx, tenant, visible, change)
  const leads = new Map((await lockLeads(tx, tenant.tenantId, visible)).map((lead) => [textOf(lead.leadId), lead]))
  const lines = needsLines(change) ? await readLines(tx, tenant.tenantId, [...leads.values()]) : new Map<string, ScoreLine[]>()
  const events: LeadEvent[] = []
  const written: WrittenLine[] = []
  const results = leadIds.map((leadId): ChangeResult => {
    const lead = leads.get(textOf(leadId))
    if (lead === undefined) return { leadId, result: 'refused', code: 'lead-not-found', message: notFound }
    const decision = decideChange(tenant.definition, lead, change)
    if ('refused' in decision) return { leadId, result: 'refused', code: decision.refused, message: decision.message }
    const before = standingOf(lead)
    const revives = !lead.active && decision.steps.some(({ set }) => set.active === true)
    if (revives) {
      const contact = textOf(lead.contactId)
      // Ended between the look and the lock: whoever asks again finds its contact locked.
      if (!revivable.has(contact)) return { leadId, result: 'refused', code: 'lead-changed', message: hasChanged }
      if (revivable.get(contact) === 'taken') return { leadId, result: 'refused', code: 'contact-has-active-lead', message: hasActive }
      revivable.set(contact, 'taken')
    }
    const made = decision.steps
      .map((step) => takeStep(tenant, lead, step, actor, lines, written, now))
      .filter((event) => event !== undefined)
    events.push(...made)
    return { leadId, result: made.length > 0 ? 'changed' : 'unchanged', sequence: lead.sequence, before, after: standingOf(lead) }
  })
  const touched = new Set(events.map((event) => textOf(event.leadId)))
  await writeLeads(
    tx,
    tenant.tenantId,
    [...leads.values()].filter((lead) => touched.has(textOf(lead.leadId))),
  )
  await writeLines(tx, tenant.tenantId, written, now)
  await appendLeadEvents(tx, events, now)
  return results
}

/** One lead: throws the refusal. With `expectedSequence`, `lead-changed` unless the lead still stands there, so that nobody overwrites what they have not seen. */
export async function changeLead(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  leadId: Buffer,
  change: LeadChange,
  now: Date,
  expectedSequence?: number,
): Promise<ChangeResult & { result: 'changed' | 'unchanged' }> {
  if (expectedSequence !== undefined) {
    await lockContactsToRevive(tx, tenant, [leadId], change)
    expectSequence((await lockLeads(tx, tenant.tenantId, [leadId]))[0], expectedSequence)
  }
  const [result] = await changeLeads(tx, tenant, actor, [leadId], change, now)
  if (result === undefined || result.result === 'refused') throw new Refusal(result?.code ?? 'lead-not-found', result?.message ?? notFound)
  return result
}

/** Throws `lead-changed` unless the lead's last history row is number `expected`. */
export function expectSequence(lead: Lead | undefined, expected: number): void {
  if (lead !== undefined && lead.sequence !== expected) throw new Refusal('lead-changed', hasChanged)
}

export const notFound = 'There is no such lead.'
const hasChanged = 'The lead has changed since you read it. Look at what it is now, then decide again.'
const hasActive = 'The person has another active lead by now: work on that one.'

/** Applies a step to the lead in hand; answers its row of history, or undefined when a score comes out as it was. */
export function takeStep(
  tenant: Tenant,
  lead: Lead,
  step: LeadStep,
  actor: Actor,
  lines: Map<string, ScoreLine[]>,
  written: WrittenLine[],
  now: Date,
): LeadEvent | undefined {
  const previous = { status: lead.status, score: lead.score }
  const details = { ...step.details }
  if (step.score !== undefined) {
    const own = lines.get(textOf(lead.leadId)) ?? []
    const line = manualLine(own, step.score, lead.sequence + 1)
    if (line === undefined) return undefined
    lines.set(textOf(lead.leadId), [...own, line])
    written.push({ ...line, leadId: lead.leadId, sequence: lead.sequence + 1, author: actor, reason: step.reason })
    lead.score += line.points
    details.previousScore = previous.score
  }
  Object.assign(lead, step.set)
  lead.sequence++
  lead.lastActivityAt = Math.max(lead.lastActivityAt, now.getTime())
  return historyRow(tenant, lead, step.kind, actor, step.reason, previous.status, details, now)
}

/** A row of history about a lead as it is now; the caller has counted its sequence on. */
export function historyRow(
  tenant: Tenant,
  lead: Lead,
  kind: LeadEvent['kind'],
  actor: Actor,
  reason: string | null,
  previousStatus: string,
  details: LeadStep['details'],
  now: Date,
): LeadEvent {
  return {
    tenantId: tenant.tenantId,
    tenant: tenant.slug,
    leadId: lead.leadId,
    sequence: lead.sequence,
    kind,
    actor,
    occurredAt: now.getTime(),
    payload: {
      contactId: uuidOf(lead.contactId),
      submissionId: null,
      orderId: null,
      orderStatus: null,
      previousStatus,
      reason,
      source: 'api',
      visitorId: lead.visitorId,
      conversationId: lead.conversationId,
      snapshot: snapshotOf(lead),
      details,
    },
  }
}

/**
 * Where the change may bring inactive leads back, locks their contacts before the leads, as intake does, and answers which of them have no active lead: `free`. A lead's contact
 * never changes, so it can be read without a lock.
 */
async function lockContactsToRevive(
  tx: Transaction,
  tenant: Tenant,
  leadIds: readonly Buffer[],
  change: LeadChange,
): Promise<Map<string, 'free' | 'taken'>> {
  const contacts = new Map<string, 'free' | 'taken'>()
  const to = change.change === 'status' ? change.to : change.change === 'restore' ? change.to.status : undefined
  const opens = to !== undefined && statusOf(tenant.definition, to)?.isFinal === false
  if (!opens || leadIds.length === 0) return contacts
  const inactive = await tx.select<{ contact_id: Buffer }>(
    'SELECT DISTINCT leads.contact_id FROM leads WHERE leads.tenant_id = ? AND leads.lead_id IN (?) AND leads.active = 0',
    [tenant.tenantId, leadIds],
  )
  const contactIds = inactive.map(({ contact_id }) => contact_id)
  const taken = await lockContacts(tx, tenant.tenantId, contactIds)
  for (const id of contactIds) contacts.set(textOf(id), 'free')
  for (const id of taken) contacts.set(textOf(id), 'taken')
  return contacts
}

const needsLines = (change: LeadChange) => change.change === 'score' || (change.change === 'status' && change.score !== undefined)
const standingOf = ({ status, assignee }: Lead): LeadStanding => ({ status, assignee })
