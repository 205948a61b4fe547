import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'
import { idFromEvent, uuidOf } from './event-identity.ts'
import type { Decision } from './find-contacts.ts'
import { appendLeadEvents, type LeadEvent, type LeadEventKind } from './lead-events.ts'
import { lockLeads, lockLeadsOfContacts, snapshotOf, writeLeads, type Lead } from './lead-store.ts'
import type { Submission } from './submission.ts'
import type { Tenant } from './tenants.ts'
import { firstStatusOf, reopeningOf } from './workflow.ts'

/**
 * How an event touches a lead. `open_or_join`: a submission on the contact's active lead, or a new lead. `join`: a submission where there is an active lead, else nothing.
 * `note`: the order shows in the history of an active lead, no submission.
 */
export type Attachment = {
  how: 'open_or_join' | 'join' | 'note'
  contact: NonNullable<Decision>
  submission: Submission
  eventHash: Buffer
  eventId: string
  topic: string
  source: string
  occurredAt: number
  receivedAt: number
  order: { id: string; status: string } | null
}

export type Attached = 'opened' | 'submission_added' | 'order_changed' | 'nothing'

type Draft = {
  tenant: Tenant
  lead: Lead
  attachment: Attachment
  submissionId: Buffer | null
  sequence: number
  kind: LeadEventKind
  previousStatus: string | null
  snapshot: LeadEvent['payload']['snapshot']
}

/**
 * Attaches events of one tenant, in their order, to leads, and writes submissions, links, leads and history: each lead is locked once and written once, however many of the
 * events are its (DESIGN D12, D13). Answers what became of each.
 */
export async function attachToLeads(tx: Transaction, tenant: Tenant, attachments: readonly Attachment[], now: Date): Promise<Attached[]> {
  const contacts = new Map(attachments.map(({ contact }) => [textOf(contact.contactId), contact.contactId]))
  const { active, latest } = await lockLeadsOfContacts(tx, tenant.tenantId, [...contacts.values()])
  const leads = new Map(active.map((lead) => [textOf(lead.contactId), lead]))
  const ended = tenant.onClosed === 'reopen' ? await lockLatestEnded(tx, tenant, leads, latest) : new Map<string, Lead>()
  const drafts: Draft[] = []
  const results = attachments.map((attachment): Attached => {
    const reopened = reopen(tenant, attachment, leads, ended)
    if (reopened !== undefined) drafts.push(reopened)
    const draft = attach(tenant, attachment, leads, latest)
    if (draft === undefined) return 'nothing'
    drafts.push(draft)
    return draft.kind as Attached
  })
  const touched = new Set(drafts.map(({ lead }) => lead))
  await writeLeads(tx, tenant.tenantId, [...touched])
  await writeSubmissions(tx, tenant.tenantId, drafts, now)
  await appendLeadEvents(tx, drafts.map(toLeadEvent), now)
  return results
}

/** Locks the latest leads of contacts without an active one. They come behind the active ones in the order of locks, but nobody else changes them: their contacts are locked. */
async function lockLatestEnded(
  tx: Transaction,
  tenant: Tenant,
  active: ReadonlyMap<string, Lead>,
  latest: ReadonlyMap<string, Buffer>,
): Promise<Map<string, Lead>> {
  const ids = [...latest].filter(([contact]) => !active.has(contact)).map(([, leadId]) => leadId)
  const leads = await lockLeads(tx, tenant.tenantId, ids)
  return new Map(leads.filter((lead) => !lead.active).map((lead) => [textOf(lead.contactId), lead]))
}

/** Where the tenant wants it and the workflow has a move for it, brings the person's ended lead back for a submission; undefined otherwise. */
function reopen(tenant: Tenant, attachment: Attachment, leads: Map<string, Lead>, ended: ReadonlyMap<string, Lead>): Draft | undefined {
  const contact = textOf(attachment.contact.contactId)
  const lead = ended.get(contact)
  const move = lead === undefined ? undefined : reopeningOf(tenant.definition, lead.status)
  if (lead === undefined || move === undefined || leads.has(contact) || attachment.how !== 'open_or_join') return undefined
  const previousStatus = lead.status
  lead.status = move.to
  lead.active = true
  lead.sequence++
  leads.set(contact, lead)
  return {
    tenant,
    lead,
    attachment,
    submissionId: null,
    sequence: lead.sequence,
    kind: 'status_changed',
    previousStatus,
    snapshot: snapshotOf(lead),
  }
}

/** Works out, purely but for moving the lead on, what one event does. */
function attach(tenant: Tenant, attachment: Attachment, leads: Map<string, Lead>, latest: Map<string, Buffer>): Draft | undefined {
  const contact = textOf(attachment.contact.contactId)
  const isSubmission = attachment.how !== 'note'
  let lead = leads.get(contact)
  let kind: LeadEventKind = isSubmission ? 'submission_added' : 'order_changed'
  if (lead === undefined) {
    if (attachment.how !== 'open_or_join') return undefined
    kind = 'opened'
    lead = openLead(tenant, attachment, latest.get(contact) ?? null)
    leads.set(contact, lead)
  }
  lead.sequence++
  lead.lastActivityAt = Math.max(lead.lastActivityAt, attachment.occurredAt)
  if (isSubmission && !lead.tags.includes(attachment.submission.tag)) lead.tags.push(attachment.submission.tag)
  const submissionId = isSubmission ? idFromEvent('submission', tenant.slug, attachment.occurredAt, attachment.eventHash) : null
  return {
    tenant,
    lead,
    attachment,
    submissionId,
    sequence: lead.sequence,
    kind,
    previousStatus: kind === 'opened' ? null : lead.status,
    snapshot: snapshotOf(lead),
  }
}

function openLead(tenant: Tenant, { contact, submission, source, occurredAt, eventHash }: Attachment, previousLeadId: Buffer | null): Lead {
  const { visitorId, conversationId } = submission.content
  return {
    leadId: idFromEvent('lead', tenant.slug, occurredAt, eventHash),
    contactId: contact.contactId,
    status: firstStatusOf(tenant.definition).name,
    active: true,
    sequence: 0,
    score: 0,
    tag: submission.tag,
    tags: [],
    assignee: null,
    previousLeadId,
    source,
    visitorId: visitorId?.slice(0, 400) ?? null,
    conversationId: conversationId?.slice(0, 400) ?? null,
    openedAt: occurredAt,
    lastActivityAt: occurredAt,
  }
}

async function writeSubmissions(tx: Transaction, tenantId: number, drafts: readonly Draft[], now: Date): Promise<void> {
  const submitted = drafts
    .flatMap(({ submissionId, ...draft }) => (submissionId === null ? [] : [{ ...draft, submissionId }]))
    .sort((a, b) => Buffer.compare(a.submissionId, b.submissionId))
  await tx.insert(
    'submissions',
    [
      'tenant_id',
      'submission_id',
      'event_hash',
      'contact_id',
      'tag',
      'source',
      'event_id',
      'topic',
      'occurred_at',
      'received_at',
      'content',
    ],
    submitted.map(
      ({ submissionId, attachment: { eventHash, contact, submission, source, eventId, topic, occurredAt, receivedAt } }): SqlRow => [
        tenantId,
        submissionId,
        eventHash,
        contact.contactId,
        submission.tag,
        source,
        eventId,
        topic,
        new Date(occurredAt),
        new Date(receivedAt),
        JSON.stringify(submission.content),
      ],
    ),
  )
  const links = submitted.map(({ lead, submissionId, attachment: { contact } }): SqlRow => [
    tenantId,
    lead.leadId,
    submissionId,
    contact.decidedBy === undefined ? 'new-contact/1' : 'strongest-key/1',
    contact.decidedBy?.hash ?? null,
    now,
  ])
  await tx.insert(
    'lead_submissions',
    ['tenant_id', 'lead_id', 'submission_id', 'rule', 'key_hash', 'linked_at'],
    links.sort((a, b) => Buffer.compare(a[1] as Buffer, b[1] as Buffer) || Buffer.compare(a[2] as Buffer, b[2] as Buffer)),
  )
}

function toLeadEvent({ tenant, lead, attachment, submissionId, sequence, kind, previousStatus, snapshot }: Draft): LeadEvent {
  return {
    tenantId: tenant.tenantId,
    tenant: tenant.slug,
    leadId: lead.leadId,
    sequence,
    kind,
    actor: 'system',
    occurredAt: attachment.occurredAt,
    payload: {
      contactId: uuidOf(lead.contactId),
      submissionId: submissionId === null ? null : uuidOf(submissionId),
      orderId: attachment.order?.id ?? null,
      orderStatus: attachment.order?.status ?? null,
      previousStatus,
      reason: kind === 'status_changed' ? 'A new submission came in.' : null,
      source: attachment.source,
      visitorId: lead.visitorId,
      conversationId: lead.conversationId,
      snapshot,
    },
  }
}
