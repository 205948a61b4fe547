import type { BroadcastDeliveryReported, BroadcastReplyReceived, ChatFormSubmitted, OrderChanged } from '../../../schemas/events.ts'

type Envelope = { event_id: string; tenant: string; occurred_at: number; source: string }

/** Events with null wherever null may stand. */
export const blankForm = (envelope: Envelope): ChatFormSubmitted => ({
  ...envelope,
  form: 'OTHER',
  visitor: { visitor_id: null, name: null, email: null, phone: null, locale: null, timezone: null },
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
})

export const blankReply = (envelope: Envelope): BroadcastReplyReceived => ({
  ...envelope,
  message_id: null,
  in_reply_to: null,
  broadcast_id: null,
  recipient: { channel: null, channel_user_id: null, phone: null, email: null, name: null },
  text: null,
  button_payload: null,
  transcript: [],
})

export const blankDelivery = (envelope: Envelope): BroadcastDeliveryReported => ({
  ...envelope,
  message_id: 'message',
  attempt: 1,
  status: 'SENT',
  recipient: { channel: null, channel_user_id: null, phone: null, email: null, name: null },
  broadcast: null,
  error: null,
})

export const blankOrder = (envelope: Envelope): OrderChanged => ({
  ...envelope,
  order_id: 'order',
  order_number: null,
  status: 'PLACED',
  total_minor: null,
  currency: null,
  customer: { customer_id: null, visitor_id: null, name: null, email: null, phone: null },
  reason: null,
  items: [],
})
