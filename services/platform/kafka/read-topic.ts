import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { PartitionEnds } from './admin.ts'
import { createKafka, type KafkaSettings } from './client.ts'
import type { KafkaRecord } from './consumer.ts'

export type ReadPlan = { fromBeginning: boolean; untilEnd: boolean; limit: number }

/**
 * Reads a topic for a person who looks on, in a group of its own that leaves nothing behind: from its oldest record or its newest, until `limit` records or the ends given.
 * `each` sees the records of a partition in order.
 */
export async function readTopic(
  settings: KafkaSettings,
  topic: string,
  ends: readonly PartitionEnds[],
  plan: ReadPlan,
  each: (read: { partition: number; record: KafkaRecord }) => Promise<void>,
  log: Logger,
): Promise<void> {
  const missing = new Map(ends.filter(({ low, high }) => high > low).map(({ partition, high }) => [partition, high]))
  if (plan.untilEnd && (missing.size === 0 || !plan.fromBeginning)) return
  const groupId = `tributary-tail-${randomUUID()}`
  const kafka = createKafka(settings, groupId, log)
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 200 })
  let left = plan.limit
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: plan.fromBeginning })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      void consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: true,
          eachBatch: async ({ batch }) => {
            for (const message of batch.messages) {
              if (left <= 0) return
              left--
              const headers = Object.fromEntries(
                Object.entries(message.headers ?? {}).map(([name, value]) => [
                  name,
                  Buffer.from((Array.isArray(value) ? value.at(-1) : value) ?? ''),
                ]),
              )
              await each({
                partition: batch.partition,
                record: {
                  offset: Number(message.offset),
                  timestamp: Number(message.timestamp),
                  key: message.key,
                  value: message.value,
                  headers,
                },
              })
            }
            if (Number(batch.lastOffset()) + 1 >= (missing.get(batch.partition) ?? 0)) missing.delete(batch.partition)
            if (left <= 0 || (plan.untilEnd && missing.size === 0)) resolve()
          },
        })
        .catch(reject)
    })
  } finally {
    await consumer.disconnect()
    const admin = kafka.admin()
    await admin.connect()
    await admin.deleteGroups([groupId]).catch((error: unknown) => log.debug({ err: error }, 'the group of a reader was not deleted'))
    await admin.disconnect()
  }
}
