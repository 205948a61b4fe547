import type { BroadcastReplyReceived, ChatFormSubmitted, FormKind, OrderChanged, TranscriptMessage } from '../../schemas/events.ts'
import type { ContactKey } from './contact-keys.ts'
import { contactKeysOf } from './contact-keys.ts'
import type { FreshEvent } from './claim-events.ts'

/** What a submission is about; the badge that people see. */
export type Tag =
  | 'agent_request'
  | 'order_question'
  | 'coupon_request'
  | 'refund_request'
  | 'cancellation'
  | 'order_resolved'
  | 'coupon_created'
  | 'broadcast_reply'
  | 'other'

/** Words that people read for each tag. */
export const tagLabels: Record<Tag, string> = {
  agent_request: 'Agent Request',
  order_question: 'Order Question',
  coupon_request: 'Coupon Request',
  refund_request: 'Refund Request',
  cancellation: 'Cancellation',
  order_resolved: 'Order Resolved',
  coupon_created: 'Coupon Created',
  broadcast_reply: 'Broadcast Reply',
  other: 'Other',
}

export type SubmittedProduct = {
  id: string | null
  title: string
  imageUrl: string | null
  priceMinor: number | null
  currency: string | null
  url: string | null
}

/** What a person sent, as it was sent; never changed. Stored as JSON in `submissions.content`. */
export type SubmissionContent = {
  name: string | null
  email: string | null
  phone: string | null
  orderNumber: string | null
  message: string | null
  visitorId: string | null
  channel: string | null
  conversationId: string | null
  pageUrl: string | null
  locale: string | null
  timezone: string | null
  consent: { termsAccepted: boolean; marketingOptIn: boolean } | null
  coupon: string | null
  inReplyTo: string | null
  transcript: TranscriptMessage[]
  products: SubmittedProduct[]
}

export type Submission = { tag: Tag; content: SubmissionContent; keys: ContactKey[] }

const formTags: Record<FormKind, Tag> = {
  AGENT_REQUEST: 'agent_request',
  ORDER_QUESTION: 'order_question',
  COUPON_REQUEST: 'coupon_request',
  REFUND_REQUEST: 'refund_request',
  CANCELLATION: 'cancellation',
  ORDER_RESOLVED: 'order_resolved',
  COUPON_CREATED: 'coupon_created',
  OTHER: 'other',
}

const nothing: SubmissionContent = {
  name: null,
  email: null,
  phone: null,
  orderNumber: null,
  message: null,
  visitorId: null,
  channel: null,
  conversationId: null,
  pageUrl: null,
  locale: null,
  timezone: null,
  consent: null,
  coupon: null,
  inReplyTo: null,
  transcript: [],
  products: [],
}

/** The submission that a chat form is. */
export function submissionOfForm({ event, tenant }: FreshEvent<ChatFormSubmitted>): Submission {
  const { visitor, consent } = event
  const content: SubmissionContent = {
    ...nothing,
    name: visitor.name,
    email: visitor.email,
    phone: visitor.phone,
    orderNumber: event.order_number,
    message: event.message,
    visitorId: visitor.visitor_id,
    channel: event.channel,
    conversationId: event.conversation_id,
    pageUrl: event.page_url,
    locale: visitor.locale,
    timezone: visitor.timezone,
    consent: consent === null ? null : { termsAccepted: consent.terms_accepted, marketingOptIn: consent.marketing_opt_in },
    coupon: event.coupon,
    transcript: event.transcript,
    products: event.products.map(({ id, title, image_url, price_minor, currency, url }) => ({
      id,
      title,
      imageUrl: image_url,
      priceMinor: price_minor,
      currency,
      url,
    })),
  }
  const keys = contactKeysOf(
    {
      visitorId: visitor.visitor_id,
      channel: event.channel,
      channelUserId: event.channel_user_id,
      phone: visitor.phone,
      email: visitor.email,
      orderNumber: event.order_number,
    },
    tenant.region,
  )
  return { tag: formTags[event.form], content, keys }
}

/** The submission that a reply to a broadcast is. */
export function submissionOfReply({ event, tenant }: FreshEvent<BroadcastReplyReceived>): Submission {
  const { recipient } = event
  const content: SubmissionContent = {
    ...nothing,
    name: recipient.name,
    email: recipient.email,
    phone: recipient.phone,
    message: event.text ?? event.button_payload,
    channel: recipient.channel,
    inReplyTo: event.in_reply_to,
    transcript: event.transcript,
  }
  const keys = contactKeysOf(
    { channel: recipient.channel, channelUserId: recipient.channel_user_id, phone: recipient.phone, email: recipient.email },
    tenant.region,
    'attested',
  )
  return { tag: 'broadcast_reply', content, keys }
}

/** The submission that an order event is where it asks for somebody: a refund, a cancellation, a settled question. */
export function submissionOfOrder({ event, tenant }: FreshEvent<OrderChanged>): Submission {
  const { customer } = event
  const content: SubmissionContent = {
    ...nothing,
    name: customer.name,
    email: customer.email,
    phone: customer.phone,
    orderNumber: event.order_number,
    message: event.reason,
    visitorId: customer.visitor_id,
    products: event.items.map(({ id, title, image_url, price_minor }) => ({
      id,
      title,
      imageUrl: image_url,
      priceMinor: price_minor,
      currency: event.currency,
      url: null,
    })),
  }
  const keys = contactKeysOf(
    { visitorId: customer.visitor_id, phone: customer.phone, email: customer.email, orderNumber: event.order_number },
    tenant.region,
  )
  return { tag: orderTag(event.status), content, keys }
}

function orderTag(status: OrderChanged['status']): Tag {
  if (status === 'REFUND_REQUESTED') return 'refund_request'
  if (status === 'CANCELLED') return 'cancellation'
  return status === 'QUESTION_RESOLVED' ? 'order_resolved' : 'other'
}
