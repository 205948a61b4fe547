import type { DoneAs, Outcome } from '../platform/worker/outcome.ts'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { attachToLeads, type Attached, type Attachment } from './attach-to-leads.ts'
import type { FreshEvent } from './claim-events.ts'
import { idFromEvent } from './event-identity.ts'
import { findContacts } from './find-contacts.ts'
import type { Submission } from './submission.ts'

type Envelope = { event_id: string; source: string; occurred_at: number }

/** What an event asks for: how it touches a lead, whether a stranger becomes a contact by it, the order that it is about. */
export type Intent = { how: Attachment['how']; opensContact: boolean; order: Attachment['order'] }

const doneAs: Record<Attached, DoneAs> = { opened: 'new_lead', submission_added: 'follow_up', order_changed: 'order', nothing: 'order' }

/**
 * From fresh events to leads: whose are they, which lead, what changed. Tenants are worked through in the order of their ids, so that two units lock in the same order.
 * Answers the outcome of each event by its index in the unit.
 */
export async function attachEvents<Event extends Envelope>(
  tx: Transaction,
  topic: string,
  fresh: readonly FreshEvent<Event>[],
  submissionOf: (fresh: FreshEvent<Event>) => Submission,
  intentOf: (event: Event) => Intent,
  now: Date,
): Promise<Map<number, Outcome>> {
  const outcomes = new Map<number, Outcome>()
  for (const ofTenant of byTenant(fresh)) {
    const tenant = ofTenant[0].tenant
    const people = ofTenant.map((item) => {
      const submission = submissionOf(item)
      const newContactId = intentOf(item.event).opensContact
        ? idFromEvent('contact', tenant.slug, item.event.occurred_at, item.eventHash)
        : undefined
      return { item, submission, keys: submission.keys, newContactId, eventHash: item.eventHash, name: submission.content.name }
    })
    const decisions = await findContacts(tx, tenant.tenantId, people, now)
    const attachable = people.flatMap(({ item, submission }, index) => {
      const contact = decisions[index]
      return contact === undefined
        ? []
        : [{ index: item.index, attachment: { ...intentOf(item.event), ...placeOf(topic, item), contact, submission } }]
    })
    const attached = await attachToLeads(
      tx,
      tenant,
      attachable.map(({ attachment }) => attachment),
      now,
    )
    for (const { index } of ofTenant) outcomes.set(index, { outcome: 'done', as: doneAs.nothing, tenantId: tenant.tenantId })
    for (const [position, { index }] of attachable.entries())
      outcomes.set(index, { outcome: 'done', as: doneAs[attached[position] ?? 'nothing'], tenantId: tenant.tenantId })
  }
  return outcomes
}

function placeOf(topic: string, { event, eventHash, receivedAt }: FreshEvent<Envelope>) {
  return { topic, eventHash, eventId: event.event_id, source: event.source, occurredAt: event.occurred_at, receivedAt }
}

function byTenant<Event>(fresh: readonly FreshEvent<Event>[]): [FreshEvent<Event>, ...FreshEvent<Event>[]][] {
  const groups = new Map<number, [FreshEvent<Event>, ...FreshEvent<Event>[]]>()
  for (const item of fresh) {
    const group = groups.get(item.tenant.tenantId)
    if (group === undefined) groups.set(item.tenant.tenantId, [item])
    else group.push(item)
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}
