import { createInterface } from 'node:readline'
import { Option, type Command } from 'commander'
import { eventSchemas, type EventByTopic } from '../../schemas/events.ts'
import { maskEvent } from '../leads/mask-event.ts'
import { TributaryError } from '../platform/errors.ts'
import { withAdmin } from '../platform/kafka/admin.ts'
import { createDecoder } from '../platform/kafka/decode.ts'
import { createEncoder } from '../platform/kafka/encode.ts'
import { eventType, type Topic } from '../platform/kafka/event-type.ts'
import { createProducer, type OutgoingRecord } from '../platform/kafka/producer.ts'
import { readTopic } from '../platform/kafka/read-topic.ts'
import { createRegistry } from '../platform/kafka/registry.ts'
import { fillDefaults } from './fill-defaults.ts'
import { createOutput } from './output.ts'
import { kafka, quietLog, settingsOf } from './surroundings.ts'

const topics = Object.keys(eventSchemas) as Topic[]
const topicOption = () => new Option('--topic <topic>', 'topic').choices(topics)

export function addEventCommands(program: Command): void {
  const events = program.command('events').description('produce and read events')
  events
    .command('produce')
    .description('produce events from NDJSON on stdin: one event a line, or lines {"topic","key","event"} as `gateway decode` prints them')
    .addOption(topicOption())
    .option('--json', 'JSON on stdout')
    .action(async ({ topic, json = false }: { topic?: Topic; json?: boolean }) => {
      const produced = await produceLines(topic)
      createOutput(json).data({ produced }, { columns: ['produced'], rows: [[produced]] })
    })
  events
    .command('tail')
    .description('print the events of a topic as NDJSON, personal data masked')
    .addOption(topicOption().makeOptionMandatory())
    .option('--from-beginning', 'start at the oldest record, not at the newest')
    .option('--limit <n>', 'stop after so many events', Number)
    .option('--until-end', 'stop at the end of the topic as it is now')
    .option('--reveal', 'print personal data too')
    .option('--json', 'NDJSON on stdout (always so)')
    .action(async (flags: { topic: Topic; fromBeginning?: boolean; limit?: number; untilEnd?: boolean; reveal?: boolean }) => {
      const settings = kafka()
      const output = createOutput(true)
      const decoder = createDecoder(eventType(flags.topic), createRegistry(settingsOf('SCHEMA_REGISTRY_URL').SCHEMA_REGISTRY_URL))
      const topic = settings.KAFKA_PREFIX + flags.topic
      const ends = await withAdmin(settings, quietLog(), (admin) => admin.partitionEnds(topic))
      await readTopic(
        settings,
        topic,
        ends,
        { fromBeginning: flags.fromBeginning ?? false, untilEnd: flags.untilEnd ?? false, limit: flags.limit ?? Infinity },
        async ({ partition, record }) => {
          await decoder.prepare([record.value])
          const place = { topic: flags.topic, partition, offset: record.offset, time: new Date(record.timestamp).toISOString() }
          try {
            const event = decoder.decode(record.value) as object
            output.line({ ...place, event: flags.reveal === true ? event : maskEvent(event) })
          } catch (error) {
            output.line({ ...place, error: (error as Error).message })
          }
        },
        quietLog(),
      )
    })
}

type Line = { topic: Topic; key: string | null; event: object }

async function produceLines(topic: Topic | undefined): Promise<number> {
  const settings = kafka()
  const registry = createRegistry(settingsOf('SCHEMA_REGISTRY_URL').SCHEMA_REGISTRY_URL)
  const encoders = new Map<Topic, (event: never) => Buffer>()
  const producer = createProducer(settings, 'tributary-cli', quietLog())
  let batch: OutgoingRecord[] = []
  let produced = 0
  let number = 0
  const flush = async () => {
    if (batch.length > 0) await producer.send(batch)
    produced += batch.length
    batch = []
  }
  try {
    for await (const text of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
      number++
      if (text.trim() === '') continue
      const line = parseLine(text, number, topic)
      const encode =
        encoders.get(line.topic) ??
        ((await createEncoder(eventType(line.topic), registry, settings.KAFKA_PREFIX)) as (event: never) => Buffer)
      encoders.set(line.topic, encode)
      batch.push({ topic: settings.KAFKA_PREFIX + line.topic, key: line.key, value: encodeLine(encode, line, number) })
      if (batch.length >= 500) await flush()
    }
    await flush()
  } finally {
    await producer.stop()
  }
  return produced
}

function encodeLine(encode: (event: never) => Buffer, line: Line, number: number): Buffer {
  try {
    return encode(fillDefaults(eventSchemas[line.topic], line.event) as never)
  } catch (error) {
    throw new TributaryError(
      'contract-broken',
      `Line ${number}: ${(error as Error).message} Earlier lines are produced; correct this one and produce the rest again (repeats count once).`,
    )
  }
}

function parseLine(text: string, number: number, topic: Topic | undefined): Line {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new TributaryError('contract-broken', `Line ${number} is no JSON. Write one event a line.`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TributaryError('contract-broken', `Line ${number} is no JSON object. Write one event a line.`)
  const wrapped = value as { topic?: unknown; key?: unknown; event?: unknown }
  if (typeof wrapped.event === 'object' && wrapped.event !== null && typeof wrapped.topic === 'string') {
    if (!topics.includes(wrapped.topic as Topic))
      throw new TributaryError('contract-broken', `Line ${number} names the topic ${wrapped.topic}; give one of ${topics.join(', ')}.`)
    return { topic: wrapped.topic as Topic, key: typeof wrapped.key === 'string' ? wrapped.key : null, event: wrapped.event }
  }
  if (topic === undefined)
    throw new TributaryError('contract-broken', `Line ${number} does not name its topic. Give --topic, or lines {"topic","key","event"}.`)
  return { topic, key: keyOf(value as Partial<EventByTopic['chat.form-submitted']>), event: value }
}

// Records of one person keep their order when they share a key.
function keyOf(event: {
  tenant?: string
  visitor?: { visitor_id?: string | null }
  recipient?: { channel_user_id?: string | null; phone?: string | null }
  order_id?: string
  event_id?: string
}): string {
  const person =
    event.visitor?.visitor_id ?? event.recipient?.channel_user_id ?? event.recipient?.phone ?? event.order_id ?? event.event_id ?? ''
  return `${event.tenant ?? ''}:${person}`
}
