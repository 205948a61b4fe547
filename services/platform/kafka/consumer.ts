import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { KafkaSettings } from './client.ts'
import { createConsumerSession, type ConsumerSession } from './consumer-session.ts'

/** A record as it lies in the topic. `headers` keeps the bytes. */
export type KafkaRecord = { offset: number; timestamp: number; key: Buffer | null; value: Buffer | null; headers: Record<string, Buffer> }

/** What one fetch brought of one partition. `fetchedFrom` is the offset that was asked for, `end` that of the next record to be written. */
export type FetchedBatch = {
  topic: string
  partition: number
  fetchedFrom: number
  end: number
  records: KafkaRecord[]
  lastOffset: number
}

/** What to do after a batch: read on behind `resolved` (the last offset worked on), read again from `seek`, or leave the partition alone for `pauseMs` and read it again. */
export type BatchResult = { resolved?: number; seek?: number; pauseMs?: number }

export type TopicPartition = { topic: string; partition: number }

export type ConsumerEvents = {
  /** Called on each assignment, before records are read: where to start. A missing entry leaves the partition paused. */
  positionsFor(assigned: TopicPartition[]): Promise<(TopicPartition & { offset: number })[]>
  /** Works on a batch. Must not throw. Calls `beat` between units; a rejection of `beat` (rebalance) has to end the work at once. */
  onBatch(batch: FetchedBatch, control: { beat(): Promise<void>; isStale(): boolean }): Promise<BatchResult>
  /** Called at each answered fetch, also an empty one. */
  onFetch(): void
  /** Kafka does not answer; the consumer is made anew until it does. */
  onAway(): void
  /** The consumer failed again and again for a reason that waiting does not mend: the process has to end. */
  onDead(error: Error): void
}

/** `hintsOffsets: false` commits nothing to Kafka: a group that is gone with its process leaves nothing behind. */
export type ConsumerPlan = { groupId: string; topics: readonly string[]; sessionTimeoutMs: number; hintsOffsets?: boolean }

// More crashes than this without a batch in between, with Kafka there, and the process is no use (hazard K2).
const crashesWithoutProgress = 5
const longestWaitMs = 30_000

/**
 * Reads topics in a consumer group, for as long as it takes: while Kafka is away, and after each crash of the client, a new client is made (hazards K2, K16, K17).
 * `start` answers once the first one has joined its brokers; `stop` ends within about a second when no batch is being worked on.
 */
export function createConsumer(
  settings: KafkaSettings,
  plan: ConsumerPlan,
  events: ConsumerEvents,
  log: Logger,
): { start(): Promise<void>; stop(): Promise<void> } {
  let session: ConsumerSession | undefined
  let crashes = 0
  const abort = new AbortController()

  const openSession = async () => {
    for (let tries = 1; !abort.signal.aborted; tries++) {
      const opened = createConsumerSession(
        settings,
        plan,
        { ...events, onBatch: countProgress, onCrash: (error) => void revive(error) },
        log,
      )
      try {
        await opened.start()
        // Stopped meanwhile: nobody else would end it.
        if (abort.signal.aborted) return await opened.stop()
        session = opened
        return
      } catch (error) {
        events.onAway()
        const waitMs = Math.min(longestWaitMs, 500 * 2 ** tries)
        log.warn({ err: error, waitMs }, 'Kafka cannot be read, or lacks a topic (`npx tributary topics create`); trying again')
        await opened.stop()
        await sleep(waitMs, undefined, { signal: abort.signal }).catch(ignoreAbort)
      }
    }
  }

  const countProgress: ConsumerEvents['onBatch'] = async (batch, control) => {
    const result = await events.onBatch(batch, control)
    crashes = 0
    return result
  }

  const revive = async (error: Error) => {
    if (abort.signal.aborted) return
    if (!isAway(error) && ++crashes > crashesWithoutProgress) return events.onDead(error)
    events.onAway()
    log.warn({ err: error }, 'the Kafka client gave up; a new one takes its place')
    await session?.stop()
    await openSession()
  }

  return {
    start: openSession,
    stop: async () => {
      abort.abort()
      await session?.stop()
    },
  }
}

const awayNames = /Connection|Timeout|Broker|NumberOfRetriesExceeded|Coordinator|Metadata/

/** Whether the client failed because Kafka does not answer, as far as its error or any cause of it tells. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return awayNames.test(error.name) || isAway(error.cause)
}

function ignoreAbort(error: unknown): void {
  if ((error as { name?: string }).name !== 'AbortError') throw error
}
