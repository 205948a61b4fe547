import kafkajs, { type Producer } from 'kafkajs'
import type { Logger } from 'pino'
import { TributaryError } from '../errors.ts'
import { createKafka, type KafkaSettings } from './client.ts'

export type OutgoingRecord = {
  topic: string
  key: Buffer | string | null
  value: Buffer | null
  headers?: Record<string, Buffer | string>
  timestamp?: number
  partition?: number
}

// An idempotent producer that met one of these stays broken (hazard K19); OUT_OF_ORDER_SEQUENCE, DUPLICATE_SEQUENCE, PRODUCER_FENCED, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH.
const sendDeadlineMs = 60_000

/**
 * Sends records with acks=all, idempotently, one send in flight: a call waits for the one before. Order per key is kept. A send that fails or takes
 * longer than a minute throws `kafka-unavailable`, and the producer is replaced; what was sent may or may not be in the topic, so readers drop repeats by the `id` header.
 */
export function createProducer(
  settings: KafkaSettings,
  clientId: string,
  log: Logger,
): { send(records: OutgoingRecord[]): Promise<void>; stop(): Promise<void> } {
  let current: Promise<Producer> | undefined
  let inFlight: Promise<void> = Promise.resolve()

  const connect = async () => {
    const producer = createKafka(settings, clientId, log).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      metadataMaxAge: 30_000,
      retry: { initialRetryTime: 200, maxRetryTime: 4_000, retries: 8 },
    })
    await producer.connect()
    return producer
  }

  const discard = async () => {
    const old = current
    current = undefined
    try {
      await (await old)?.disconnect()
    } catch (error) {
      log.debug({ err: error }, 'a discarded producer did not disconnect')
    }
  }

  const sendNow = async (records: OutgoingRecord[]) => {
    current ??= connect()
    let timer: NodeJS.Timeout | undefined
    try {
      const expired = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${sendDeadlineMs} ms`)), sendDeadlineMs)
      })
      const producer = await Promise.race([current, expired])
      await Promise.race([producer.sendBatch({ acks: -1, topicMessages: byTopic(records) }), expired])
    } catch (error) {
      await discard()
      if (error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') {
        throw new TributaryError(
          'topic-missing',
          `Kafka has no topic ${[...new Set(records.map(({ topic }) => topic))].join(', ')}. Run \`npx tributary topics create\`.`,
          { cause: error },
        )
      }
      throw new TributaryError('kafka-unavailable', `Kafka did not take ${records.length} records. Check KAFKA_BROKERS and the brokers.`, {
        cause: error,
      })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    send: (records) => {
      const sent = inFlight.then(() => sendNow(records))
      inFlight = sent.then(
        () => undefined,
        () => undefined,
      )
      return sent
    },
    stop: async () => {
      await inFlight
      await discard()
    },
  }
}

function byTopic(records: OutgoingRecord[]): kafkajs.TopicMessages[] {
  const messages = new Map<string, kafkajs.Message[]>()
  for (const { topic, key, value, headers, timestamp, partition } of records) {
    const message: kafkajs.Message = { key, value }
    if (headers !== undefined) message.headers = headers
    if (timestamp !== undefined) message.timestamp = String(timestamp)
    if (partition !== undefined) message.partition = partition
    const list = messages.get(topic)
    if (list === undefined) messages.set(topic, [message])
    else list.push(message)
  }
  return [...messages].map(([topic, list]) => ({ topic, messages: list }))
}
