import { sources, type DemoEvent } from './demo-events.ts'
import type { DemoTenant } from './demo-tenants.ts'
import { hourMs } from './clock.ts'
import { tagOf } from './tell-story.ts'

/** Events that break their contract, so that the page of dead letters has something to show. Their keys tell them from all others. */
export function breakEvents({ slug }: DemoTenant, anchor: number): DemoEvent[] {
  const tag = `demo-${tagOf(anchor)}-broken`
  const envelope = (number: number, source: string, occurredAt = anchor - number * 5 * hourMs) => ({
    event_id: `${tag}-${number}`,
    tenant: slug,
    occurred_at: occurredAt,
    source,
  })
  const nobody = { channel: 'whatsapp', channel_user_id: null, phone: null, email: null, name: null }
  const noCustomer = { customer_id: null, visitor_id: null, name: null, email: null, phone: null }
  const key = (number: number) => `${slug}:${tag}-${number}`
  return [
    {
      topic: 'broadcast.delivery-reported',
      key: key(1),
      event: {
        ...envelope(1, sources.messaging),
        message_id: `wamid.${tag}`,
        attempt: 1,
        status: 'UNKNOWN',
        recipient: { ...nobody, channel_user_id: '15550100' },
        broadcast: null,
        error: null,
      },
    },
    {
      topic: 'broadcast.reply-received',
      key: key(2),
      event: {
        ...envelope(2, sources.messaging),
        message_id: `wamid.${tag}-2`,
        in_reply_to: null,
        broadcast_id: null,
        recipient: nobody,
        text: 'Hello?',
        button_payload: null,
        transcript: [],
      },
    },
    {
      topic: 'order.changed',
      key: key(3),
      event: {
        ...envelope(3, sources.shop),
        order_id: `${slug}-unknown-state`,
        order_number: null,
        status: 'UNKNOWN',
        total_minor: null,
        currency: null,
        customer: noCustomer,
        reason: null,
        items: [],
      },
    },
    {
      topic: 'order.changed',
      key: key(4),
      event: {
        // A clock that counts seconds where milliseconds are asked for.
        ...envelope(4, sources.shop, Math.floor(anchor / 1000)),
        order_id: `${slug}-clock`,
        order_number: null,
        status: 'PLACED',
        total_minor: 4900,
        currency: 'USD',
        customer: noCustomer,
        reason: null,
        items: [],
      },
    },
  ]
}
