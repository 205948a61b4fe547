import type { BroadcastDeliveryReported, BroadcastReplyReceived, ChatFormSubmitted, OrderChanged, Recipient } from '../../schemas/events.ts'

type Envelope = { event_id: string; tenant: string; occurred_at: number; source: string }

const oldest = Date.UTC(2000, 0, 1)
const dayMs = 86_400_000

/** What is wrong with the fields that every event has, or undefined. `receivedAt` is the record's time. */
export function checkEnvelope(event: Envelope, receivedAt: number): string | undefined {
  if (event.event_id.length < 1 || event.event_id.length > 128) return `event_id has ${event.event_id.length} characters; send 1 to 128`
  if (event.source.length < 1 || event.source.length > 64) return `source has ${event.source.length} characters; send 1 to 64`
  if (!(event.occurred_at >= oldest && event.occurred_at <= receivedAt + dayMs))
    return 'occurred_at is before the year 2000 or more than a day after the record; send milliseconds since 1970'
  return undefined
}

/** A chat form needs nothing more: what it lacks is unknown, and an unknown visitor is a lead all the same. */
export function checkForm(_event: ChatFormSubmitted): string | undefined {
  return undefined
}

/** What is wrong with a delivery report, or undefined. */
export function checkDelivery(event: BroadcastDeliveryReported): string | undefined {
  if (event.message_id.length < 1 || event.message_id.length > 255)
    return `message_id has ${event.message_id.length} characters; send 1 to 255`
  if (event.status === 'UNKNOWN') return 'status is UNKNOWN; send SENT, DELIVERED, READ or FAILED'
  if (event.attempt < 1) return `attempt is ${event.attempt}; count from 1`
  return checkRecipient(event.recipient)
}

/** What is wrong with a reply, or undefined. */
export function checkReply(event: BroadcastReplyReceived): string | undefined {
  return checkRecipient(event.recipient)
}

/** What is wrong with an order event, or undefined. */
export function checkOrder(event: OrderChanged): string | undefined {
  if (event.order_id.length < 1 || event.order_id.length > 128) return `order_id has ${event.order_id.length} characters; send 1 to 128`
  if (event.status === 'UNKNOWN')
    return 'status is UNKNOWN; send PLACED, PAID, FULFILLED, CANCELLED, REFUND_REQUESTED, REFUNDED or QUESTION_RESOLVED'
  return undefined
}

function checkRecipient({ channel_user_id, phone, email }: Recipient): string | undefined {
  const isNamed = [channel_user_id, phone, email].some((value) => value !== null && value.trim() !== '')
  return isNamed ? undefined : 'recipient has no channel_user_id, phone or email; send at least one'
}
