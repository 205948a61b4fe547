import avsc from 'avsc'
import { eventSchemas, type EventByTopic } from '../../../schemas/events.ts'

export type Topic = keyof EventByTopic

/** A topic, its Avro schema and its TypeScript type as one value. */
export type EventType<T extends Topic = Topic> = {
  readonly topic: T
  readonly schema: object
  readonly avro: avsc.Type
  readonly event?: EventByTopic[T]
}

/** The event type of `topic`. */
export function eventType<T extends Topic>(topic: T): EventType<T> {
  return { topic, schema: eventSchemas[topic], avro: avsc.Type.forSchema(eventSchemas[topic] as avsc.Schema) }
}

/** Name of the registry's subject for `topic`. */
export const subjectOf = (topic: string) => `${topic}-value`
