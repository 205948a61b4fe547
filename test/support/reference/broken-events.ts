import { blankDelivery, blankForm, blankOrder, blankReply } from './blank-events.ts'
import { nextEnvelope, type Pen } from './event-writer.ts'
import type { TopicEvent } from './generated-record.ts'

/** An event that must be dead-lettered: of an unknown tenant, or against the contract. */
export function writeBroken(tenant: string, pen: Pen): TopicEvent {
  const envelope = nextEnvelope(pen, tenant)
  const phone = { channel: null, channel_user_id: null, phone: '+5511961234567', email: null, name: null }
  const delivery = { ...blankDelivery(envelope), recipient: phone }
  return pen.random.pick<TopicEvent>([
    { topic: 'chat.form-submitted', event: blankForm({ ...envelope, tenant: `no-${tenant}` }) },
    { topic: 'order.changed', event: blankOrder({ ...envelope, tenant: '' }) },
    { topic: 'chat.form-submitted', event: blankForm({ ...envelope, event_id: envelope.event_id.padEnd(129, '-') }) },
    { topic: 'chat.form-submitted', event: blankForm({ ...envelope, source: 's'.repeat(65) }) },
    { topic: 'chat.form-submitted', event: blankForm({ ...envelope, occurred_at: Date.UTC(1999, 11, 31) }) },
    { topic: 'order.changed', event: blankOrder({ ...envelope, occurred_at: Date.UTC(2200, 0, 1) }) },
    { topic: 'order.changed', event: { ...blankOrder(envelope), order_id: '' } },
    { topic: 'order.changed', event: { ...blankOrder(envelope), status: 'UNKNOWN' } },
    { topic: 'broadcast.delivery-reported', event: { ...delivery, message_id: '' } },
    { topic: 'broadcast.delivery-reported', event: { ...delivery, message_id: 'm'.repeat(256) } },
    { topic: 'broadcast.delivery-reported', event: { ...delivery, status: 'UNKNOWN' } },
    { topic: 'broadcast.delivery-reported', event: { ...delivery, attempt: 0 } },
    { topic: 'broadcast.delivery-reported', event: blankDelivery(envelope) },
    { topic: 'broadcast.reply-received', event: { ...blankReply(envelope), recipient: { ...phone, phone: '  ' } } },
  ])
}
