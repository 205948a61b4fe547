import type { OrderStatus } from '../../../schemas/events.ts'
import { type Contact, ContactBook } from './contact-book.ts'
import { contactKeysOf, type ContactKey } from './contact-keys.ts'
import { keepsContract } from './contract.ts'
import { identityOf, type ReferenceTenant, type TopicEvent } from './generated-record.ts'
import { joinReceipt, type OrderRow, type ReceiptRow, upsertOrder } from './orders-and-receipts.ts'
import { type Activity, linesAddedBy, type ScoreLine, scoreOf, type Submission } from './score.ts'
import { submissionOf } from './submission-of.ts'

export type RejectionCode = 'event-conflict' | 'unknown-tenant' | 'contract-broken'
export type Outcome = 'done' | 'duplicate' | { rejected: RejectionCode }
export type LeadEventKind = 'opened' | 'submission_added' | 'order_changed' | 'score_changed'
export type LeadEvent = { sequence: number; kind: LeadEventKind }

/** A lead has the identity of the event that opened it. No rule of this version ends a lead, so each stays active. */
export type Lead = {
  tenant: string
  leadId: string
  contactId: string
  active: boolean
  submissions: string[]
  leadEvents: LeadEvent[]
  scoreLines: ScoreLine[]
}

export type KeyConflict = { submissionId: string; key: ContactKey; otherContactId: string }

type RecordTimestamp = number | ((record: TopicEvent, index: number) => number)

/** The domain rules, one event at a time and nothing else: a second opinion on what the fleet does. */
export class ReferenceModel {
  readonly leads: Lead[] = []
  readonly submissions = new Map<string, Submission>()
  readonly receipts = new Map<string, ReceiptRow>()
  readonly orders = new Map<string, OrderRow>()
  readonly keyConflicts: KeyConflict[] = []
  readonly outcomes: Outcome[] = []
  mails = 0
  private readonly book = new ContactBook()
  private readonly tenants: Map<string, ReferenceTenant>
  private readonly seen = new Map<string, TopicEvent>()
  private readonly activeLeads = new Map<Contact, Lead>()

  constructor(tenants: readonly ReferenceTenant[]) {
    this.tenants = new Map(tenants.map((tenant) => [tenant.slug, tenant]))
  }

  get contacts(): readonly Contact[] {
    return this.book.contacts
  }

  /** Applies records one after the other, as one reader of all partitions would meet them. */
  applyInOrder(records: readonly TopicEvent[], { recordTimestamp }: { recordTimestamp: RecordTimestamp }): this {
    records.forEach((record, index) =>
      this.apply(record, typeof recordTimestamp === 'number' ? recordTimestamp : recordTimestamp(record, index)),
    )
    return this
  }

  apply(record: TopicEvent, recordTimestamp: number): Outcome {
    const outcome = this.outcomeOf(record, recordTimestamp)
    this.outcomes.push(outcome)
    const tenant = this.tenants.get(record.event.tenant)
    if (outcome === 'done' && tenant) this.work(record, tenant)
    return outcome
  }

  private outcomeOf(record: TopicEvent, recordTimestamp: number): Outcome {
    if (!this.tenants.has(record.event.tenant)) return { rejected: 'unknown-tenant' }
    if (!keepsContract(record, recordTimestamp)) return { rejected: 'contract-broken' }
    const identity = identityOf(record.event)
    const known = this.seen.get(identity)
    if (!known) {
      this.seen.set(identity, record)
      return 'done'
    }
    const isSame = known.topic === record.topic && contentOf(known.event) === contentOf(record.event)
    return isSame ? 'duplicate' : { rejected: 'event-conflict' }
  }

  private work(record: TopicEvent, tenant: ReferenceTenant): void {
    if (record.topic === 'broadcast.delivery-reported') return joinReceipt(this.receipts, record.event)
    const keys = contactKeysOf(record, tenant.region)
    if (record.topic === 'order.changed') {
      upsertOrder(this.orders, record.event)
      const { status, order_id } = record.event
      const known = this.book.decide(tenant.slug, keys)
      const lead = known && this.activeLeads.get(known)
      if (!opensLead(status) && !(status === 'QUESTION_RESOLVED' && lead)) {
        if (known) this.book.claim(known, keys)
        if (lead && status !== 'QUESTION_RESOLVED') this.changeOrder(lead, order_id, status, identityOf(record.event))
        return
      }
    }
    this.submit(record, tenant, keys)
  }

  private submit(record: TopicEvent, tenant: ReferenceTenant, keys: ContactKey[]): void {
    const identity = identityOf(record.event)
    const contact = this.book.decide(tenant.slug, keys) ?? this.book.create(tenant.slug, identity)
    for (const { key, owner } of this.book.claim(contact, keys)) {
      this.keyConflicts.push({ submissionId: identity, key, otherContactId: owner.contactId })
    }
    const submission = submissionOf(record, keys, contact.contactId)
    this.submissions.set(identity, submission)
    const active = this.activeLeads.get(contact)
    const lead = active ?? this.openLead(contact, identity)
    lead.submissions.push(identity)
    const kind = active ? 'submission_added' : 'opened'
    append(lead, kind)
    if (tenant.mailTo !== null) this.mails++
    score(lead, { kind, activityId: identity, submission })
  }

  private openLead(contact: Contact, leadId: string): Lead {
    const { tenant, contactId } = contact
    const lead: Lead = { tenant, leadId, contactId, active: true, submissions: [], leadEvents: [], scoreLines: [] }
    this.leads.push(lead)
    this.activeLeads.set(contact, lead)
    return lead
  }

  private changeOrder(lead: Lead, orderId: string, status: OrderStatus, activityId: string): void {
    append(lead, 'order_changed')
    score(lead, { kind: 'order_changed', activityId, orderId, status })
  }
}

const opensLead = (status: OrderStatus) => status === 'REFUND_REQUESTED' || status === 'CANCELLED'

/** The content of an event, whatever the order of its fields and wherever it was decoded. */
function contentOf(value: object): string {
  return JSON.stringify(value, (_, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  )
}

function append(lead: Lead, kind: LeadEventKind): void {
  lead.leadEvents.push({ sequence: lead.leadEvents.length + 1, kind })
}

function score(lead: Lead, activity: Activity): void {
  const before = scoreOf(lead.scoreLines)
  lead.scoreLines.push(...linesAddedBy(activity, lead.scoreLines))
  if (scoreOf(lead.scoreLines) !== before) append(lead, 'score_changed')
}
