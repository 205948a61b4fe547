import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { addTenant } from '../leads/tenants.ts'
import { withAdmin } from '../platform/kafka/admin.ts'
import type { KafkaSettings } from '../platform/kafka/client.ts'
import { createEncoder } from '../platform/kafka/encode.ts'
import { eventType, subjectOf } from '../platform/kafka/event-type.ts'
import { createProducer } from '../platform/kafka/producer.ts'
import { createRegistry } from '../platform/kafka/registry.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { benchForm } from './bench-forms.ts'
import { databaseVersion, describeMachine, inBenchDatabase, startProcess, stopProcesses } from './bench-surroundings.ts'
import { quietLog, withDatabase } from './surroundings.ts'

export type BenchSettings = {
  kafka: KafkaSettings
  registryUrl: string
  mysqlUrl: string
  events: number
  naiveEvents: number
  workers: number
  say(text: string): void
}
export type BenchRun = { name: string; unitRecords: number; events: number; seconds: number; eventsPerSecond: number }
export type BenchResult = { machine: object; conditions: object; runs: BenchRun[]; ratio: number }

const partitions = 6

/**
 * Measures chat-form events from topic to committed lead, with the workers as they are (units of 500) and with one transaction per event, one after the other in a database and
 * topics of their own. The clock runs from the first committed event to the last, so that neither the start of the process nor the join of the group counts.
 */
export async function benchIntake(settings: BenchSettings): Promise<BenchResult> {
  const batched = await benchRun('batched', 500, settings.events, settings)
  const naive = await benchRun('one transaction per event', 1, settings.naiveEvents, settings)
  return {
    machine: describeMachine(),
    conditions: {
      database: await withDatabase((db) => databaseVersion(db)),
      partitions,
      workers: settings.workers,
      transcriptMessages: 4,
      newPeople: '80 %',
      brokerAndDatabaseOnThisMachine: true,
    },
    runs: [batched, naive],
    ratio: Math.round((batched.eventsPerSecond / naive.eventsPerSecond) * 10) / 10,
  }
}

async function benchRun(name: string, unitRecords: number, events: number, settings: BenchSettings): Promise<BenchRun> {
  const id = randomUUID().slice(0, 8)
  const prefix = `bench-${id}.`
  const kafka = { ...settings.kafka, KAFKA_PREFIX: prefix }
  const topic = `${prefix}chat.form-submitted`
  try {
    return await inBenchDatabase(settings.mysqlUrl, async (db, mysqlUrl) => {
      await withTransaction(db, 10_000, (tx) =>
        addTenant(tx, { slug: 'bench', name: 'Bench', workflow: 'helpdesk', region: 'BR', timezone: 'UTC', mailTo: null }, new Date()),
      )
      await withAdmin(kafka, quietLog(), (cluster) => cluster.createTopics([{ topic, partitions }]))
      settings.say(`${name}: producing ${events} events …`)
      await produceForms(kafka, settings.registryUrl, topic, events)
      settings.say(`${name}: working them off …`)
      const workers = Array.from({ length: settings.workers }, () =>
        startProcess('chat-form-intake', {
          KAFKA_BROKERS: kafka.KAFKA_BROKERS,
          KAFKA_PREFIX: prefix,
          SCHEMA_REGISTRY_URL: settings.registryUrl,
          MYSQL_URL: mysqlUrl,
          UNIT_MAX_RECORDS: String(unitRecords),
        }),
      )
      try {
        const seconds = await timeUntilDone(db, events, workers)
        return { name, unitRecords, events, seconds: Math.round(seconds * 100) / 100, eventsPerSecond: Math.round(events / seconds) }
      } finally {
        await stopProcesses(workers)
      }
    })
  } finally {
    await withAdmin(kafka, quietLog(), (cluster) => cluster.deleteTopics([topic]))
  }
}

/** Seconds from the first committed event to the last; the events of the first unit are part of the count, so short runs flatter a little. */
async function timeUntilDone(db: Knex, events: number, workers: readonly ChildProcess[]): Promise<number> {
  const tx = transactionOn(db)
  let firstAt: number | undefined
  let before = 0
  for (;;) {
    const [row] = await tx.select<{ events: number | null }>('SELECT SUM(events) AS events FROM event_counts')
    const count = Number(row?.events ?? 0)
    const now = performance.now()
    if (count > 0 && firstAt === undefined) {
      firstAt = now
      before = count
    }
    if (count >= events) return ((now - (firstAt ?? now)) / 1000) * (events / Math.max(1, events - before))
    const ended = workers.find(({ exitCode }) => exitCode !== null)
    if (ended !== undefined) throw new Error(`a worker ended with code ${ended.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function produceForms(kafka: KafkaSettings, registryUrl: string, topic: string, events: number): Promise<void> {
  const registry = createRegistry(registryUrl)
  const type = eventType('chat.form-submitted')
  await registry.register(subjectOf(topic), type.schema)
  const encode = await createEncoder(type, registry, kafka.KAFKA_PREFIX)
  const producer = createProducer(kafka, 'tributary-bench', quietLog())
  const startAt = Date.now() - events
  for (let from = 0; from < events; from += 1000) {
    const records = Array.from({ length: Math.min(1000, events - from) }, (_, offset) => {
      const form = benchForm('bench', from + offset, startAt + from + offset)
      return { topic, key: `bench:${form.visitor.visitor_id ?? ''}`, value: encode(form) }
    })
    await producer.send(records)
  }
  await producer.stop()
}
