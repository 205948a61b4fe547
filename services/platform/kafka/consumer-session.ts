import kafkajs, { type Consumer, type EachBatchPayload } from 'kafkajs'
import type { Logger } from 'pino'
import { createKafka, type KafkaSettings } from './client.ts'
import type { ConsumerEvents, ConsumerPlan, FetchedBatch, TopicPartition } from './consumer.ts'

const rebalanceTypes = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'NOT_COORDINATOR_FOR_GROUP', 'UNKNOWN_MEMBER_ID'])

/** One life of a kafkajs consumer: from its start until it is stopped or has crashed. */
export type ConsumerSession = { start(): Promise<void>; stop(): Promise<void> }
type SessionEvents = Pick<ConsumerEvents, 'positionsFor' | 'onBatch' | 'onFetch'> & { onCrash(error: Error): void }

/** A session over the plan's topics. A crash is told once and not mended here: kafkajs's own restarts would hide a loop (hazard K2). */
export function createConsumerSession(settings: KafkaSettings, plan: ConsumerPlan, events: SessionEvents, log: Logger): ConsumerSession {
  const { groupId, topics, sessionTimeoutMs, hintsOffsets = true } = plan
  const consumer = createKafka(settings, groupId, log).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: sessionTimeoutMs / 10,
    rebalanceTimeout: Math.max(60_000, sessionTimeoutMs),
    maxWaitTimeInMs: 500,
    maxBytes: 4 * 1024 * 1024,
    maxBytesPerPartition: 1024 * 1024,
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 200, maxRetryTime: 8_000, retries: 12, restartOnFailure: async () => false },
  })
  // Set by the first heartbeat that says so, cleared by the next join: the batches of the same fetch that are still queued give up at once,
  // so that the member rejoins in time (hazard K4).
  let rebalancing = false
  // A partition without a position yet must not be worked on: its batch may start anywhere.
  const positioned = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let assignment = Promise.resolve()
  let generation = 0

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    rebalancing = false
    positioned.clear()
    const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    )
    consumer.pause(assigned.map(({ topic, partition }) => ({ topic, partitions: [partition] })))
    const mine = ++generation
    assignment = assignment.then(() => takePositions(assigned, () => stopped || mine !== generation))
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    events.onCrash(payload.error)
  })
  consumer.on(consumer.events.FETCH, () => events.onFetch())

  async function takePositions(assigned: TopicPartition[], isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      try {
        const positions = await events.positionsFor(assigned)
        if (isOver()) return
        for (const { topic, partition, offset } of positions) {
          consumer.seek({ topic, partition, offset: String(offset) })
          positioned.add(`${topic}/${partition}`)
          consumer.resume([{ topic, partitions: [partition] }])
        }
        return
      } catch (error) {
        log.warn({ err: error }, 'cannot read the cursors of the assigned partitions, trying again')
        await new Promise((resolve) => later(1_000, () => resolve(undefined)))
      }
    }
  }

  let stopped = false
  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }

  async function eachBatch({
    batch,
    resolveOffset,
    heartbeat,
    commitOffsetsIfNecessary,
    isRunning,
    isStale,
    pause,
  }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch
    const isOver = () => rebalancing || stopped || !isRunning() || isStale()
    if (isOver() || !positioned.has(`${topic}/${partition}`)) return
    const beat = async () => {
      try {
        await heartbeat()
      } catch (error) {
        if (error instanceof kafkajs.KafkaJSError && rebalanceTypes.has((error as { type?: string }).type ?? '')) rebalancing = true
        throw error
      }
    }
    const result = await events.onBatch(toFetchedBatch(batch), { beat, isStale: isOver })
    if (rebalancing) return
    if (result.resolved !== undefined) {
      resolveOffset(String(result.resolved))
      if (hintsOffsets) await commitHint(topic, partition, result.resolved + 1, commitOffsetsIfNecessary)
    }
    if (result.seek !== undefined) consumer.seek({ topic, partition, offset: String(result.seek) })
    if (result.pauseMs !== undefined) {
      const resume = pause()
      later(result.pauseMs, resume)
    }
  }

  // Kafka's committed offset only helps lag tools (D1): a failure to write it is no failure of ours.
  async function commitHint(
    topic: string,
    partition: number,
    offset: number,
    commit: EachBatchPayload['commitOffsetsIfNecessary'],
  ): Promise<void> {
    try {
      await commit({ topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }] })
    } catch (error) {
      log.debug({ topic, partition, err: error }, 'the committed offset could not be written')
    }
  }

  return {
    start: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 3, eachBatch })
    },
    stop: async () => {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      await stopConsumer(consumer)
    },
  }
}

async function stopConsumer(consumer: Consumer): Promise<void> {
  await consumer.stop()
  await consumer.disconnect()
}

function toFetchedBatch(batch: EachBatchPayload['batch']): FetchedBatch {
  return {
    topic: batch.topic,
    partition: batch.partition,
    fetchedFrom: Number((batch as unknown as { fetchedOffset: string }).fetchedOffset),
    end: Number(batch.highWatermark),
    lastOffset: Number(batch.lastOffset()),
    records: batch.messages.map((message) => ({
      offset: Number(message.offset),
      timestamp: Number(message.timestamp),
      key: message.key,
      value: message.value,
      headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, toBuffer(value)])),
    })),
  }
}

function toBuffer(value: Buffer | string | (Buffer | string)[] | undefined): Buffer {
  const last = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? Buffer.from(last) : (last ?? Buffer.alloc(0))
}
