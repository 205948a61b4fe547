import type {
  BroadcastDeliveryReported,
  BroadcastReplyReceived,
  ChatFormSubmitted,
  EventByTopic,
  OrderChanged,
} from '../../../schemas/events.ts'
import { dayMs } from './clock.ts'
import { channelNumberOf, type Person } from './people.ts'

type InTopic = { [T in keyof EventByTopic]: { topic: T; event: EventByTopic[T] } }
/** An event of the demo with its topic and its key. */
export type DemoEvent = InTopic['chat.form-submitted' | 'broadcast.delivery-reported' | 'broadcast.reply-received' | 'order.changed'] & {
  key: string
}

/** Where an event of the demo comes from, and what tells it from all others of its tenant. */
export type Origin = { tenant: string; eventId: string; occurredAt: number }

/** The systems that the events of the demo name as their source. */
export const sources = { chat: 'demo-chat', messaging: 'demo-whatsapp', shop: 'demo-shop' } as const

const envelope = ({ tenant, eventId, occurredAt }: Origin, source: string) => ({
  event_id: eventId,
  tenant,
  occurred_at: occurredAt,
  source,
})

type FormPart = Pick<ChatFormSubmitted, 'form' | 'order_number' | 'message' | 'consent' | 'page_url' | 'transcript' | 'products' | 'coupon'>

/** A chat form of this person. */
export function formEvent(origin: Origin, person: Person, part: FormPart): DemoEvent {
  const { visitorId, name, email, phone, locale, timezone } = person
  const event: ChatFormSubmitted = {
    ...envelope(origin, sources.chat),
    visitor: { visitor_id: visitorId, name, email, phone, locale, timezone },
    channel: 'web',
    channel_user_id: null,
    conversation_id: `conversation-${person.number}-${Math.floor(origin.occurredAt / dayMs)}`,
    ...part,
  }
  return { topic: 'chat.form-submitted', key: `${origin.tenant}:${visitorId}`, event }
}

/** A person of whom a messaging channel knows the number. */
export type Reachable = Person & { phone: string }

const recipientOf = ({ phone, name }: Reachable, hasName: boolean) => ({
  channel: 'whatsapp',
  channel_user_id: channelNumberOf(phone),
  phone,
  email: null,
  name: hasName ? name : null,
})

/** A report of the provider about a broadcast message to this person. */
export function deliveryEvent(
  origin: Origin,
  person: Reachable,
  part: Pick<BroadcastDeliveryReported, 'message_id' | 'attempt' | 'status' | 'broadcast' | 'error'>,
): DemoEvent {
  const event: BroadcastDeliveryReported = { ...envelope(origin, sources.messaging), recipient: recipientOf(person, false), ...part }
  return { topic: 'broadcast.delivery-reported', key: `${origin.tenant}:${channelNumberOf(person.phone)}`, event }
}

/** What this person wrote in the messaging channel. */
export function replyEvent(
  origin: Origin,
  person: Reachable,
  part: Pick<BroadcastReplyReceived, 'in_reply_to' | 'broadcast_id' | 'text' | 'button_payload' | 'transcript'>,
): DemoEvent {
  const event: BroadcastReplyReceived = {
    ...envelope(origin, sources.messaging),
    message_id: `wamid.${origin.eventId}`,
    recipient: recipientOf(person, true),
    ...part,
  }
  return { topic: 'broadcast.reply-received', key: `${origin.tenant}:${channelNumberOf(person.phone)}`, event }
}

type OrderPart = Pick<OrderChanged, 'order_id' | 'order_number' | 'status' | 'total_minor' | 'currency' | 'reason' | 'items'>

/** A state that an order of this person has reached. */
export function orderEvent(origin: Origin, person: Person, part: OrderPart): DemoEvent {
  const event: OrderChanged = {
    ...envelope(origin, sources.shop),
    customer: {
      customer_id: `customer-${person.number}`,
      visitor_id: null,
      name: person.name,
      email: person.email,
      phone: person.phone,
    },
    ...part,
  }
  return { topic: 'order.changed', key: `${origin.tenant}:${part.order_id}`, event }
}
