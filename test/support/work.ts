import type { EventByTopic } from '../../schemas/events.ts'
import { broadcastIntake } from '../../services/broadcast-intake/worker.ts'
import { chatFormIntake } from '../../services/chat-form-intake/worker.ts'
import { leadScorer } from '../../services/lead-scorer/worker.ts'
import { orderIntake } from '../../services/order-intake/worker.ts'
import { createDecoder } from '../../services/platform/kafka/decode.ts'
import type { KafkaRecord } from '../../services/platform/kafka/consumer.ts'
import type { Topic } from '../../services/platform/kafka/event-type.ts'
import { openCursor } from '../../services/platform/mysql/cursor.ts'
import type { Worker } from '../../services/platform/worker/define-worker.ts'
import { processUnit, type UnitResult } from '../../services/platform/worker/process-unit.ts'
import type { World } from './world.ts'

const workers: Partial<Record<Topic, Worker>> = {
  'chat.form-submitted': chatFormIntake,
  'broadcast.delivery-reported': broadcastIntake,
  'broadcast.reply-received': broadcastIntake,
  'order.changed': orderIntake,
  'lead.activity': leadScorer,
}

const now = new Date(Date.UTC(2026, 9, 2))

/** Works `events` off as one unit of a partition, as its worker does, without a broker in between: the turn itself, on the real database. Offsets go on from call to call unless `offset` says otherwise. */
export async function work<T extends Topic>(
  world: World,
  topic: T,
  events: EventByTopic[T][],
  at: { partition?: number; offset?: number } = {},
): Promise<UnitResult> {
  const values = await Promise.all(events.map((event) => world.encode(topic, event)))
  return await workValues(world, topic, values, at)
}

/** The same with values as they lie in the topic. */
export async function workValues(
  world: World,
  topic: Topic,
  values: (Buffer | null)[],
  { partition = 0, offset }: { partition?: number; offset?: number } = {},
): Promise<UnitResult> {
  const worker = workers[topic]
  const subscription = worker?.consumes.find(({ type }) => type.topic === topic)
  if (worker === undefined || subscription === undefined) throw new Error(`no worker reads ${topic}`)
  const key = { groupId: worker.name, topic, partition }
  const cursor = await openCursor(world.tx, key, 0, now)
  const first = offset ?? cursor
  const records = values.map((value, index): KafkaRecord => ({
    offset: first + index,
    timestamp: now.getTime(),
    key: null,
    value,
    headers: {},
  }))
  const decoder = createDecoder(subscription.type, world.registry)
  return await processUnit(
    { topic, partition, records, resumeAt: first + records.length },
    { db: world.db, worker: worker.name, groupId: worker.name, subscription, decoder, deadlineMs: 10_000, now },
  )
}

/** The words that the events of a unit were counted under. */
export const wordsOf = ({ outcomes }: UnitResult) =>
  outcomes.map(({ outcome }) => (outcome.outcome === 'done' ? outcome.as : outcome.outcome === 'skipped' ? outcome.reason : outcome.code))
