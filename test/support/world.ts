import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { eventSchemas, type EventByTopic } from '../../schemas/events.ts'
import { migrations } from '../../schemas/migrations.ts'
import { addTenant } from '../../services/leads/tenants.ts'
import { withAdmin } from '../../services/platform/kafka/admin.ts'
import type { KafkaSettings } from '../../services/platform/kafka/client.ts'
import { createEncoder, type Encoder } from '../../services/platform/kafka/encode.ts'
import { eventType, subjectOf, type Topic } from '../../services/platform/kafka/event-type.ts'
import { createProducer, type OutgoingRecord } from '../../services/platform/kafka/producer.ts'
import { createRegistry, type Registry } from '../../services/platform/kafka/registry.ts'
import { connectDatabase } from '../../services/platform/mysql/connection.ts'
import { migrate } from '../../services/platform/mysql/migrate.ts'
import { transactionOn, withTransaction, type Transaction } from '../../services/platform/mysql/transaction.ts'

type TestStack = {
  KAFKA_BROKERS: string
  SCHEMA_REGISTRY_URL: string
  SMTP_URL: string
  mailPage: string
  mysqlAdminUrl: string
  data: string
}

/** Addresses of the real parts that this run of the tests has brought up. */
export const testStack = (): TestStack => JSON.parse(process.env['TRIBUTARY_TEST_STACK'] ?? '{}') as TestStack

export const silent = pino({ level: 'silent' })

/** A world of its own on the shared parts: a database, topics under a prefix, registered schemas, tenants. */
export type World = {
  db: Knex
  tx: Transaction
  kafka: KafkaSettings
  registry: Registry
  env: Record<string, string>
  topic(name: string): string
  encode<T extends Topic>(topic: T, event: EventByTopic[T]): Promise<Buffer>
  produce(records: OutgoingRecord[]): Promise<void>
  start(name: string, extra?: Record<string, string>): Promise<ChildProcess>
  count(table: string, where?: string): Promise<number>
  close(): Promise<void>
}

export const mailTo = (tenant: string) => `team@${tenant}.example`

/** Makes a world with these tenants. `partitions` is that of each topic. */
export async function createWorld(tenants: string[] = ['demo'], partitions = 3): Promise<World> {
  const stack = testStack()
  const id = randomUUID().slice(0, 8)
  const kafka: KafkaSettings = {
    KAFKA_BROKERS: stack.KAFKA_BROKERS,
    KAFKA_SSL: 'false',
    KAFKA_SASL_MECHANISM: '',
    KAFKA_SASL_USERNAME: '',
    KAFKA_SASL_PASSWORD: '',
    KAFKA_PREFIX: `test-${id}.`,
  }
  const database = await createDatabase(`tributary_test_${id}`)
  const db = connectDatabase(database, 6)
  for (const slug of tenants) await withTransaction(db, 10_000, (tx) => addTenant(tx, tenantOf(slug), new Date()))
  const topic = (name: string) => kafka.KAFKA_PREFIX + name
  const topics = [...Object.keys(eventSchemas), 'tributary.dead-letter'].map(topic)
  await withAdmin(kafka, silent, (admin) => admin.createTopics(topics.map((name) => ({ topic: name, partitions }))))
  const registry = createRegistry(stack.SCHEMA_REGISTRY_URL)
  for (const [name, schema] of Object.entries(eventSchemas)) await registry.register(subjectOf(topic(name)), schema)

  const producer = createProducer(kafka, 'test', silent)
  // Promises, so that thousands of events that are encoded at once ask the registry once.
  const encoders = new Map<Topic, Promise<Encoder<never>>>()
  const children = new Set<ChildProcess>()
  const env = {
    KAFKA_BROKERS: kafka.KAFKA_BROKERS,
    KAFKA_PREFIX: kafka.KAFKA_PREFIX,
    SCHEMA_REGISTRY_URL: stack.SCHEMA_REGISTRY_URL,
    MYSQL_URL: database,
    SMTP_URL: stack.SMTP_URL,
  }
  const tx = transactionOn(db)

  return {
    db,
    tx,
    kafka,
    registry,
    env,
    topic,
    encode: async (name, event) => {
      const encoder = encoders.get(name) ?? (createEncoder(eventType(name), registry, kafka.KAFKA_PREFIX) as Promise<Encoder<never>>)
      encoders.set(name, encoder)
      return (await encoder)(event as never)
    },
    produce: (records) => producer.send(records),
    start: async (name, extra = {}) => {
      const child = spawn(process.execPath, [`dist/services/${name}/main.js`], {
        env: { PATH: process.env['PATH'], ...env, OPS_PORT: '0', API_PORT: '0', LOG_LEVEL: 'warn', MAIL_CLAIM_SECONDS: '3', ...extra },
        stdio: ['ignore', process.env['TEST_LOGS'] === 'yes' ? 'inherit' : 'ignore', 'inherit'],
      })
      children.add(child)
      child.once('exit', () => children.delete(child))
      return child
    },
    count: async (table, where = 'TRUE') => {
      const [row] = await tx.select<{ rows_found: number }>(`SELECT COUNT(*) AS rows_found FROM ${table} WHERE ${where}`)
      return Number(row?.rows_found)
    },
    close: async () => {
      await Promise.all([...children].map((child) => ended(child, 'SIGKILL')))
      await producer.stop()
      await db.destroy()
      const admin = connectDatabase(stack.mysqlAdminUrl, 1)
      await admin.raw(`DROP DATABASE ${new URL(database).pathname.slice(1)}`)
      await admin.destroy()
      await withAdmin(kafka, silent, (cluster) => cluster.deleteTopics(topics))
    },
  }
}

/** A migrated database of this name, empty; answers its address. */
export async function createDatabase(name: string): Promise<string> {
  if (!name.includes('test')) throw new Error(`${name} is no test database`)
  const url = new URL(testStack().mysqlAdminUrl)
  const admin = connectDatabase(url.href, 1)
  await admin.raw(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  await admin.destroy()
  url.pathname = `/${name}`
  const db = connectDatabase(url.href, 2)
  await migrate(db, migrations)
  await db.destroy()
  return url.href
}

/** Sends `signal` and waits until the process is gone; answers its exit code. */
export function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.kill(signal)
  })
}

/** Asks again and again until `ask` answers something true; fails, with what it last said, after two minutes. */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer>,
  isIt: (answer: Answer) => boolean,
  patienceMs = 120_000,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (isIt(answer)) return answer
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const tenantOf = (slug: string) => ({ slug, name: slug, workflow: 'helpdesk', region: 'BR', timezone: 'UTC', mailTo: mailTo(slug) })
