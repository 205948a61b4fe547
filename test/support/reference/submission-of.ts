import type { TopicEvent } from './generated-record.ts'
import { identityOf } from './generated-record.ts'
import type { ContactKey } from './contact-keys.ts'
import type { Submission, Tag } from './score.ts'

/** What a form, a reply or an order event says of its person. */
export function submissionOf(record: TopicEvent, keys: readonly ContactKey[], contactId: string): Submission {
  const [strongest] = keys
  const carries = (kind: ContactKey['kind']) => keys.some((key) => key.kind === kind)
  return {
    tenant: record.event.tenant,
    submissionId: identityOf(record.event),
    contactId,
    tag: tagOf(record),
    products: record.topic === 'chat.form-submitted' ? record.event.products.length : 0,
    hasName: (nameOf(record) ?? '').trim() !== '',
    hasEmail: carries('email'),
    hasPhone: carries('phone'),
    strongestKey: strongest ? { kind: strongest.kind, value: strongest.value } : null,
  }
}

function nameOf(record: TopicEvent): string | null {
  if (record.topic === 'chat.form-submitted') return record.event.visitor.name
  return record.topic === 'order.changed' ? record.event.customer.name : record.event.recipient.name
}

/** The tag of a submission. */
export function tagOf(record: TopicEvent): Tag {
  if (record.topic === 'chat.form-submitted') return record.event.form.toLowerCase() as Tag
  if (record.topic !== 'order.changed') return 'broadcast_reply'
  const { status } = record.event
  if (status === 'REFUND_REQUESTED') return 'refund_request'
  return status === 'CANCELLED' ? 'cancellation' : 'order_resolved'
}
