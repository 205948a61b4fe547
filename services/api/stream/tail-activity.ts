import type { Logger } from 'pino'
import type { LeadActivity } from '../../../schemas/events.ts'
import { uuidBytes } from '../../leads/event-identity.ts'
import type { KafkaSettings } from '../../platform/kafka/client.ts'
import type { KafkaRecord } from '../../platform/kafka/consumer.ts'
import { createDecoder } from '../../platform/kafka/decode.ts'
import { eventType } from '../../platform/kafka/event-type.ts'
import type { Registry } from '../../platform/kafka/registry.ts'
import { tailTopic, type TailEvents } from '../../platform/kafka/tail-topic.ts'
import type { Part } from '../../platform/lifecycle.ts'
import type { Streams } from './create-streams.ts'
import type { StreamEvent } from './event-buffer.ts'

/** How many events the buffer begins with, over all partitions. */
const backlog = 4_000

/**
 * Reads lead.activity into the buffer of events and tells the streams what is new. Each api process reads all of it in a group of its own. What was published again is left out: who
 * listens had it, and a replay of a year is no news.
 */
export function tailActivity(
  settings: KafkaSettings & { KAFKA_SESSION_TIMEOUT_MS: number },
  registry: Registry,
  { buffer, connections: streams }: Streams,
  log: Logger,
): Part {
  const decoder = createDecoder(eventType('lead.activity'), registry)
  let ends: number[] = []
  let read: number[] = []
  let isCaughtUp = false

  const noteProgress = () => {
    if (isCaughtUp || ends.some((end, partition) => (read[partition] ?? 0) < end)) return
    isCaughtUp = true
    void streams.caughtUp().catch((error: unknown) => {
      isCaughtUp = false
      log.warn({ err: error }, 'streams cannot begin yet')
      setTimeout(noteProgress, 1_000).unref()
    })
  }

  const events: TailEvents = {
    onBegin: (starts, topicEnds) => {
      buffer.begin(starts)
      streams.begin()
      read = starts
      ends = topicEnds
      isCaughtUp = false
      noteProgress()
    },
    prepare: (records) => decoder.prepare(records.map(({ value }) => value)),
    onRecords: (partition, records, next) => {
      const tenants = new Set<string>()
      for (const record of records) {
        const event = toStreamEvent(partition, record)
        if (event === undefined) continue
        buffer.append(event)
        tenants.add(event.tenant)
      }
      buffer.readUpTo(partition, next)
      read[partition] = next
      noteProgress()
      for (const tenant of tenants) void streams.deliver(tenant)
    },
  }

  const toStreamEvent = (partition: number, { offset, value, headers }: KafkaRecord): StreamEvent | undefined => {
    if (headers['replay'] !== undefined) return undefined
    try {
      const activity = decoder.decode(value) as LeadActivity
      const leadId = uuidBytes(activity.lead_id)
      return leadId === undefined ? undefined : { partition, offset, tenant: activity.tenant, leadId, text: textOf(activity) }
    } catch (error) {
      // Only the relay writes here; another's record is nothing that people wait for.
      log.warn({ partition, offset, err: error }, 'a record of lead.activity cannot be read and is left out of the streams')
      return undefined
    }
  }

  const tail = tailTopic(
    settings,
    {
      topic: `${settings.KAFKA_PREFIX}lead.activity`,
      name: 'api-stream',
      backlog,
      sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
    },
    events,
    log,
  )
  return {
    name: 'tail of lead.activity',
    start: async () => {
      streams.start()
      tail.start()
    },
    stop: () => tail.stop(),
  }
}

/** The event as people see it: `lead`, with the state of the lead after it. No name, no address, no text of anybody. */
function textOf({ lead_id, sequence, kind, actor, occurred_at, snapshot }: LeadActivity): string {
  const { status, active, score, tags, assignee } = snapshot
  const data = {
    leadId: lead_id,
    sequence,
    kind,
    actorKind: actor.split(':', 1)[0],
    status,
    active,
    score,
    tags,
    assignee,
    occurredAt: new Date(occurred_at).toISOString(),
  }
  return `event: lead\ndata: ${JSON.stringify(data)}\n`
}
