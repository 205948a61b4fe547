import type { BroadcastDeliveryReported, BroadcastReplyReceived, ChatFormSubmitted, OrderChanged } from '../../schemas/events.ts'

const at = Date.UTC(2026, 9, 1, 12)
let number = 0

const envelope = (prefix: string) => ({ event_id: `${prefix}-${++number}`, tenant: 'demo', occurred_at: at + number, source: 'test' })

/** A chat form in which everything optional is null, changed by `change`. */
export function form(
  change: Partial<Omit<ChatFormSubmitted, 'visitor'>> & { visitor?: Partial<ChatFormSubmitted['visitor']> } = {},
): ChatFormSubmitted {
  return {
    ...envelope('form'),
    form: 'AGENT_REQUEST',
    channel: null,
    channel_user_id: null,
    order_number: null,
    message: null,
    consent: null,
    page_url: null,
    conversation_id: null,
    transcript: [],
    products: [],
    coupon: null,
    ...change,
    visitor: { visitor_id: null, name: null, email: null, phone: null, locale: null, timezone: null, ...change.visitor },
  }
}

const recipient = { channel: null, channel_user_id: null, phone: null, email: null, name: null }

/** A reply of a WhatsApp user. */
export function reply(
  change: Partial<Omit<BroadcastReplyReceived, 'recipient'>> & { recipient?: Partial<BroadcastReplyReceived['recipient']> } = {},
): BroadcastReplyReceived {
  return {
    ...envelope('reply'),
    message_id: null,
    in_reply_to: null,
    broadcast_id: null,
    text: 'Yes, please',
    button_payload: null,
    transcript: [],
    ...change,
    recipient: { ...recipient, channel: 'whatsapp', channel_user_id: '5511912345678', ...change.recipient },
  }
}

/** A delivery report. */
export function delivery(
  change: Partial<Omit<BroadcastDeliveryReported, 'recipient'>> & { recipient?: Partial<BroadcastDeliveryReported['recipient']> } = {},
): BroadcastDeliveryReported {
  return {
    ...envelope('delivery'),
    message_id: 'message-1',
    attempt: 1,
    status: 'SENT',
    broadcast: null,
    error: null,
    ...change,
    recipient: { ...recipient, phone: '+5511912345678', ...change.recipient },
  }
}

/** An order event of a customer without any key. */
export function order(
  change: Partial<Omit<OrderChanged, 'customer'>> & { customer?: Partial<OrderChanged['customer']> } = {},
): OrderChanged {
  return {
    ...envelope('order'),
    order_id: '1001',
    order_number: null,
    status: 'PLACED',
    total_minor: 9900,
    currency: 'BRL',
    reason: null,
    items: [],
    ...change,
    customer: { customer_id: null, visitor_id: null, name: null, email: null, phone: null, ...change.customer },
  }
}
