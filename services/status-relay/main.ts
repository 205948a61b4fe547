import { randomUUID } from 'node:crypto'
import { shardCount } from '../leads/lead-events.ts'
import { outboxBacklog } from '../leads/outbox.ts'
import { codeOf } from '../platform/errors.ts'
import { createEncoder } from '../platform/kafka/encode.ts'
import { eventType } from '../platform/kafka/event-type.ts'
import { createProducer } from '../platform/kafka/producer.ts'
import { createRegistry } from '../platform/kafka/registry.ts'
import { ShardLeases } from '../platform/mysql/leases.ts'
import { assertMigrated } from '../platform/mysql/migrate.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import { runProcess } from '../platform/run-process.ts'
import { deadLetterBacklog } from '../platform/worker/dead-letter-relay.ts'
import { runLoop } from '../platform/worker/run-loop.ts'
import { createRelay } from './relay.ts'
import { webhookParts } from './webhook-loop.ts'

const name = 'status-relay'

await runProcess(name, ['WEBHOOK_ALLOW_PRIVATE', 'WEBHOOK_TIMEOUT_MS'], (context) => {
  const { settings, db, migrations, metrics, health, log, onFatal } = context
  for (const topic of ['lead.activity', 'lead.status', 'tributary.dead-letter'])
    metrics.count('tributary_published_total', { topic: settings.KAFKA_PREFIX + topic }, 0)
  const registry = createRegistry(settings.SCHEMA_REGISTRY_URL)
  const producer = createProducer(settings, name, log)
  const owner = randomUUID()
  const relay = createRelay({
    db,
    prefix: settings.KAFKA_PREFIX,
    outbox: new ShardLeases(db, 'outbox', shardCount, owner, 15),
    deadLetters: new ShardLeases(db, 'dead-letters', 1, owner, 15),
    send: async (records) => {
      try {
        await producer.send(records)
      } catch (error) {
        metrics.count('tributary_publish_failures_total', { cause: codeOf(error) })
        throw error
      }
    },
    encoders: async () => ({
      activity: await createEncoder(eventType('lead.activity'), registry, settings.KAFKA_PREFIX),
      status: await createEncoder(eventType('lead.status'), registry, settings.KAFKA_PREFIX),
    }),
    metrics,
  })
  const loop = runLoop({
    name: 'relay',
    worker: name,
    health,
    metrics,
    log,
    onFatal,
    prepare: async () => {
      await assertMigrated(db, migrations)
      await relay.prepare()
    },
    turn: () => relay.turn(),
    finish: () => relay.release(),
  })
  const webhooks = webhookParts(name, context)
  const refreshGauges = async () => {
    await webhooks.refreshGauges()
    const outbox = await outboxBacklog(transactionOn(db))
    metrics.set('tributary_outbox_pending', {}, outbox.pending)
    metrics.set('tributary_outbox_oldest_timestamp_seconds', {}, outbox.oldestAt / 1000)
    const letters = await deadLetterBacklog(transactionOn(db))
    metrics.set('tributary_dead_letters_parked', {}, letters.parked)
    metrics.set('tributary_dead_letters_unrelayed', {}, letters.unrelayed)
  }
  return { parts: [{ name: 'producer', stop: () => producer.stop() }, loop, ...webhooks.parts], refreshGauges }
})
