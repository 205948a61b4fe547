import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { withAdmin } from '../platform/kafka/admin.ts'
import type { KafkaSettings } from '../platform/kafka/client.ts'
import { createEncoder } from '../platform/kafka/encode.ts'
import { eventType, subjectOf } from '../platform/kafka/event-type.ts'
import { createProducer } from '../platform/kafka/producer.ts'
import { createRegistry } from '../platform/kafka/registry.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import { benchForm } from './bench-forms.ts'
import { startProcess, stopProcesses } from './bench-surroundings.ts'
import { quietLog } from './surroundings.ts'

export type BackgroundIntake = {
  /** Forms that became part of leads, a second, since this was asked the last time. */
  rate(): Promise<number>
  stop(): Promise<void>
}

const stepMs = 100
const partitions = 6
// Some tenants of the bench; the one that is measured is among them.
const tenants = ['bench-1', 'bench-2', 'bench-3', 'bench-4']

/** Sends chat forms into a topic of its own, so many a second, and lets a real worker take them in, until it is stopped. Answers once the first are in the database. */
export async function intakeInBackground(
  { kafka, registryUrl, formsPerSecond }: { kafka: KafkaSettings; registryUrl: string; formsPerSecond: number },
  db: Knex,
  mysqlUrl: string,
): Promise<BackgroundIntake> {
  const own = { ...kafka, KAFKA_PREFIX: `bench-${randomUUID().slice(0, 8)}.` }
  const type = eventType('chat.form-submitted')
  const topic = own.KAFKA_PREFIX + type.topic
  await withAdmin(own, quietLog(), (cluster) => cluster.createTopics([{ topic, partitions }]))
  const registry = createRegistry(registryUrl)
  await registry.register(subjectOf(topic), type.schema)
  const encode = await createEncoder(type, registry, own.KAFKA_PREFIX)
  const producer = createProducer(own, 'tributary-bench', quietLog())
  const worker = startProcess('chat-form-intake', {
    KAFKA_BROKERS: own.KAFKA_BROKERS,
    KAFKA_PREFIX: own.KAFKA_PREFIX,
    SCHEMA_REGISTRY_URL: registryUrl,
    MYSQL_URL: mysqlUrl,
  })
  let isStopped = false
  const producing = produce()
  const taken = async () => {
    const [row] = await transactionOn(db).select<{ events: number | null }>('SELECT SUM(event_counts.events) AS events FROM event_counts')
    return Number(row?.events ?? 0)
  }
  const stop = async () => {
    isStopped = true
    await producing
    await producer.stop()
    await stopProcesses([worker])
    await withAdmin(own, quietLog(), (cluster) => cluster.deleteTopics([topic]))
  }
  while ((await taken()) === 0) {
    if (worker.exitCode !== null) throw new Error(`the worker ended with code ${worker.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  let last = { events: await taken(), at: performance.now() }
  const rate = async () => {
    const now = { events: await taken(), at: performance.now() }
    const perSecond = Math.round(((now.events - last.events) * 1000) / (now.at - last.at))
    last = now
    return perSecond
  }
  return { rate, stop }

  async function produce(): Promise<void> {
    const beganAt = performance.now()
    for (let sent = 0; !isStopped;) {
      const due = Math.floor(((performance.now() - beganAt) / 1000) * formsPerSecond)
      const records = Array.from({ length: Math.min(2_000, due - sent) }, (_, offset) => {
        const index = sent + offset
        const form = benchForm(tenants[Math.floor(index / 5) % tenants.length] ?? '', index, Date.now())
        return { topic, key: `${form.tenant}:${form.visitor.visitor_id ?? ''}`, value: encode(form) }
      })
      sent += records.length
      if (records.length > 0) await producer.send(records)
      await new Promise((resolve) => setTimeout(resolve, stepMs))
    }
  }
}
