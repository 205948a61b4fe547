import type { KafkaSettings } from '../../platform/kafka/client.ts'
import { createEncoder } from '../../platform/kafka/encode.ts'
import { eventType, type Topic } from '../../platform/kafka/event-type.ts'
import { createProducer } from '../../platform/kafka/producer.ts'
import type { Registry } from '../../platform/kafka/registry.ts'
import { quietLog } from '../surroundings.ts'
import type { DemoEvent } from './demo-events.ts'

/** Produces the events in their order. */
export async function produceEvents(kafka: KafkaSettings, registry: Registry, events: readonly DemoEvent[]): Promise<void> {
  const encoders = new Map<Topic, (event: never) => Buffer>()
  for (const topic of new Set(events.map((event) => event.topic)))
    encoders.set(topic, (await createEncoder(eventType(topic), registry, kafka.KAFKA_PREFIX)) as (event: never) => Buffer)
  const records = events.map(({ topic, key, event }) => {
    const value = encoders.get(topic)?.(event as never) ?? null
    return { topic: kafka.KAFKA_PREFIX + topic, key, value }
  })
  const producer = createProducer(kafka, 'tributary-demo', quietLog())
  try {
    for (let from = 0; from < records.length; from += 500) await producer.send(records.slice(from, from + 500))
  } finally {
    await producer.stop()
  }
}
