import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { withAdmin, type PartitionEnds } from './admin.ts'
import type { KafkaSettings } from './client.ts'
import { createConsumer, type ConsumerEvents, type KafkaRecord } from './consumer.ts'

export type TailPlan = {
  topic: string
  /** Begins the group's name, which a random id ends. */
  name: string
  /** How many records before the ends of the topic to begin, over all partitions. */
  backlog: number
  sessionTimeoutMs: number
}

export type TailEvents = {
  /**
   * Reading begins at `starts`, the next offset by partition, and what was read before is not joined on: at first, and after a break that lost records (retention, a topic
   * made anew, a new partition). `ends` is where the topic ends now.
   */
  onBegin(starts: number[], ends: number[]): void
  /** Called with the records of a batch before `onRecords`, for what has to be waited for. A rejection brings the batch again after a second. */
  prepare(records: readonly KafkaRecord[]): Promise<void>
  /** Records of one partition, in order, each once; the partition is read up to `next` now, even if there are none. */
  onRecords(partition: number, records: readonly KafkaRecord[], next: number): void
}

// Between two lives of the client, when Kafka answers but the client fails again and again.
const restMs = 10_000
const retryMs = 1_000

/**
 * Follows a topic in this process alone: every process that tails sees every record from some way before the end. Kafka being away, a crash of the client or a record that
 * cannot be worked on just now do not end it; only `stop` does. Commits no offsets, and forgets its group when it stops.
 */
export function tailTopic(
  settings: KafkaSettings,
  plan: TailPlan,
  events: TailEvents,
  log: Logger,
): { start(): void; stop(): Promise<void> } {
  const groupId = `${settings.KAFKA_PREFIX}${plan.name}-${randomUUID()}`
  const abort = new AbortController()
  let next: number[] = []
  let consumer: ReturnType<typeof createConsumer> | undefined
  let life = Promise.resolve()

  const takePositions = async (partitions: readonly number[]) => {
    const ends = await withAdmin(settings, log, (admin) => admin.partitionEnds(plan.topic))
    if (next.length !== ends.length || ends.some(({ low, high, partition }) => !isWithin(next[partition], low, high))) begin(ends)
    return partitions.map((partition) => ({ topic: plan.topic, partition, offset: next[partition] ?? 0 }))
  }

  const begin = (ends: readonly PartitionEnds[]) => {
    const each = Math.ceil(plan.backlog / Math.max(1, ends.length))
    next = ends.map(({ low, high }) => Math.max(low, high - each))
    const highs = ends.map(({ high }) => high)
    events.onBegin([...next], highs)
  }

  const onBatch: ConsumerEvents['onBatch'] = async ({ partition, records, lastOffset, end }) => {
    const mine = next
    const expected = mine[partition] ?? 0
    try {
      await events.prepare(records)
    } catch (error) {
      log.warn({ partition, err: error }, 'records of the tailed topic cannot be worked on just now, trying again')
      return { seek: expected, pauseMs: retryMs }
    }
    // Meanwhile the reading may have begun anew, elsewhere.
    if (mine !== next) return {}
    const fresh = records.filter(({ offset }) => offset >= expected)
    const first = fresh[0]?.offset
    // Retention overtook this reader, and Kafka went on at the oldest record that it still has: what lies between was never seen.
    if (first !== undefined && first > expected) {
      next[partition] = first
      const ends = next.map((offset, index) => (index === partition ? end : offset))
      events.onBegin([...next], ends)
    }
    const readUpTo = Math.max(expected, lastOffset + 1)
    next[partition] = readUpTo
    events.onRecords(partition, fresh, readUpTo)
    return { resolved: lastOffset }
  }

  const live = async () => {
    while (!abort.signal.aborted) {
      await new Promise<void>((resolve) => {
        abort.signal.addEventListener('abort', () => resolve(), { once: true })
        consumer = createConsumer(
          settings,
          { groupId, topics: [plan.topic], sessionTimeoutMs: plan.sessionTimeoutMs, hintsOffsets: false },
          {
            positionsFor: (assigned) => takePositions(assigned.map(({ partition }) => partition)),
            onBatch,
            onFetch: () => undefined,
            onAway: () => undefined,
            onDead: (error) => {
              log.warn({ err: error, waitMs: restMs }, 'the reader of a tailed topic failed again and again; a new one takes its place')
              resolve()
            },
          },
          log,
        )
        void consumer.start()
      })
      await consumer?.stop()
      await sleep(restMs, undefined, { signal: abort.signal }).catch(() => undefined)
    }
  }

  return {
    start: () => {
      life = live()
    },
    stop: async () => {
      abort.abort()
      await life
      if (next.length === 0) return
      // A group without members and offsets is forgotten by the broker some time anyway.
      await withAdmin(settings, log, (admin) => admin.deleteGroup(groupId)).catch((error: unknown) =>
        log.debug({ err: error }, 'the group of a tailed topic was not deleted'),
      )
    },
  }
}

const isWithin = (offset: number | undefined, low: number, high: number) => offset !== undefined && offset >= low && offset <= high
