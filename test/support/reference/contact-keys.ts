import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { ReferenceTenant, TopicEvent } from './generated-record.ts'

export type KeyKind = 'visitor' | 'channel_user' | 'phone' | 'email' | 'order_number'

/** A normalised key. `attestedAs` tells which ids rule each other out: visitor ids, and user ids of one channel; null for what people type. */
export type ContactKey = { kind: KeyKind; value: string; attestedAs: string | null }

type Typed = string | null

/** The keys of an event, strongest first. Receipts have none. */
export function contactKeysOf({ topic, event }: TopicEvent, region: ReferenceTenant['region']): ContactKey[] {
  const found = {
    'chat.form-submitted': () => {
      const { visitor, channel, channel_user_id, order_number } = event as Extract<TopicEvent, { topic: 'chat.form-submitted' }>['event']
      return [
        visitorKey(visitor.visitor_id),
        channelUserKey(channel, channel_user_id),
        phoneKey(visitor.phone, region),
        emailKey(visitor.email),
        orderNumberKey(order_number),
      ]
    },
    'broadcast.reply-received': () => {
      const { recipient } = event as Extract<TopicEvent, { topic: 'broadcast.reply-received' }>['event']
      return [channelUserKey(recipient.channel, recipient.channel_user_id), phoneKey(recipient.phone, region), emailKey(recipient.email)]
    },
    'order.changed': () => {
      const { customer, order_number } = event as Extract<TopicEvent, { topic: 'order.changed' }>['event']
      return [visitorKey(customer.visitor_id), phoneKey(customer.phone, region), emailKey(customer.email), orderNumberKey(order_number)]
    },
    'broadcast.delivery-reported': () => [],
  }[topic]()
  return found.filter((key) => key !== null)
}

function visitorKey(typed: Typed): ContactKey | null {
  const value = typed?.trim()
  return value ? { kind: 'visitor', value, attestedAs: 'visitor' } : null
}

function channelUserKey(channel: Typed, typed: Typed): ContactKey | null {
  const value = typed?.trim()
  const scope = channel?.trim() || 'chat'
  return value ? { kind: 'channel_user', value: `${scope}:${value}`, attestedAs: `channel_user ${scope}` } : null
}

/** E.164, only where the number is valid. */
export function phoneKey(typed: Typed, region: ReferenceTenant['region']): ContactKey | null {
  const parsed = typed === null ? undefined : parsePhoneNumberFromString(typed, region)
  return parsed?.isValid() ? { kind: 'phone', value: parsed.number, attestedAs: null } : null
}

export function emailKey(typed: Typed): ContactKey | null {
  const value = typed?.trim().toLowerCase() ?? ''
  return /^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(value) ? { kind: 'email', value, attestedAs: null } : null
}

export function orderNumberKey(typed: Typed): ContactKey | null {
  const value = (typed ?? '').trim().replace(/^#/, '').replace(/\s/g, '').toUpperCase()
  return value === '' ? null : { kind: 'order_number', value, attestedAs: null }
}
