import type { EventByTopic } from '../../schemas/events.ts'

type Inbound = 'chat.form-submitted' | 'broadcast.delivery-reported' | 'broadcast.reply-received' | 'order.changed'

/** An event of ours with its topic and record key. */
export type DecodedEvent = { [T in Inbound]: { topic: T; key: string; event: EventByTopic[T] } }[Inbound]

/** What a provider's payload comes to: events, and what was left out with the reason. Nothing disappears unsaid. */
export type Decoded = { events: DecodedEvent[]; ignored: { what: string; reason: string }[] }

/** Turns one payload of a provider into events of `tenant`. `receivedAt` stands in where the payload has no time. Throws `contract-broken` when it is none of that provider's. */
export type Decode = (payload: unknown, context: { tenant: string; receivedAt: number }) => Decoded
