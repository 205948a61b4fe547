import type { EventByTopic } from '../../../schemas/events.ts'

export type InboundTopic = 'chat.form-submitted' | 'broadcast.delivery-reported' | 'broadcast.reply-received' | 'order.changed'

/** A topic with an event of its type. */
export type TopicEvent = { [T in InboundTopic]: { topic: T; event: EventByTopic[T] } }[InboundTopic]

/**
 * A record as it lies in Kafka; the place in the list is its place in the partition. `isOrdered`: all events of its person are on one partition of one topic, so that leads,
 * ids and sequences come out the same in any run. `copyOf` and `conflictsWith` are places in the list.
 */
export type GeneratedRecord = TopicEvent & {
  partition: number
  key: string
  isOrdered: boolean
  copyOf?: number
  conflictsWith?: number
}

/** What the rules need to know of a tenant. */
export type ReferenceTenant = { slug: string; region: 'BR' | 'US' | 'ES' | 'DE'; mailTo: string | null }

/** The identity of an event: tenant, source and id together. */
export function identityOf({ tenant, source, event_id }: { tenant: string; source: string; event_id: string }): string {
  return JSON.stringify([tenant, source, event_id])
}

/** The partition of a key: FNV-1a, so that it is the same on every machine. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash % partitions
}
