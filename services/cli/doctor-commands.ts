import type { Command } from 'commander'
import { eventSchemas } from '../../schemas/events.ts'
import { migrations } from '../../schemas/migrations.ts'
import { codeOf } from '../platform/errors.ts'
import { withAdmin } from '../platform/kafka/admin.ts'
import { subjectOf } from '../platform/kafka/event-type.ts'
import { createRegistry } from '../platform/kafka/registry.ts'
import { asDatabaseError } from '../platform/mysql/database-error.ts'
import { assertMigrated } from '../platform/mysql/migrate.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import { deadLetterBacklog } from '../platform/worker/dead-letter-relay.ts'
import { outboxBacklog } from '../leads/outbox.ts'
import { readLag } from './lag.ts'
import { createOutput } from './output.ts'
import { topicPlans } from './setup-commands.ts'
import { kafka, quietLog, settingsOf, withDatabase } from './surroundings.ts'

type Check = { check: string; ok: boolean; detail: string }

export function addDoctorCommands(program: Command): void {
  program
    .command('doctor')
    .description('check everything that the fleet needs, and say what to do; exit code 1 when something is wrong')
    .option('--json', 'JSON on stdout')
    .action(async ({ json = false }: { json?: boolean }) => {
      const results = await runChecks()
      createOutput(json).data(results, {
        columns: ['', 'check', 'detail'],
        rows: results.map(({ check, ok, detail }) => [ok ? 'ok' : 'BAD', check, detail]),
      })
      if (results.some(({ ok }) => !ok)) process.exitCode = 1
    })
  program
    .command('lag')
    .description('how far each worker is behind, by partition')
    .option('--json', 'JSON on stdout')
    .action(async ({ json = false }: { json?: boolean }) => {
      const lags = await withDatabase((db) => readLag(db, kafka()))
      createOutput(json).data(lags, {
        columns: ['group', 'topic', 'partition', 'next', 'end', 'lag'],
        rows: lags.map(({ group, topic, partition, nextOffset, end, lag }) => [group, topic, partition, nextOffset, end, lag]),
      })
    })
}

async function runChecks(): Promise<Check[]> {
  return await withDatabase(async (db) => [
    await check('Kafka answers', async () => `brokers ${(await withAdmin(kafka(), quietLog(), (admin) => admin.brokers())).join(', ')}`),
    await check('topics exist', async () => {
      const existing = await withAdmin(kafka(), quietLog(), (admin) => admin.listTopics())
      const missing = topicPlans.map(({ topic }) => kafka().KAFKA_PREFIX + topic).filter((topic) => !existing.includes(topic))
      if (missing.length > 0) throw new Error(`${missing.join(', ')} missing; run \`npx tributary topics create\``)
      return `${topicPlans.length} topics`
    }),
    await check('registry has the schemas', async () => {
      const registry = createRegistry(settingsOf('SCHEMA_REGISTRY_URL').SCHEMA_REGISTRY_URL)
      for (const [topic, schema] of Object.entries(eventSchemas)) await registry.idOf(subjectOf(kafka().KAFKA_PREFIX + topic), schema)
      return `${Object.keys(eventSchemas).length} subjects`
    }),
    await check('database is at this version', async () => {
      await assertMigrated(db, migrations)
      return `${migrations.length} migrations`
    }),
    await check('history is published', async () => `${(await outboxBacklog(transactionOn(db))).pending} rows wait`),
    await check('dead letters', async () => `${(await deadLetterBacklog(transactionOn(db))).parked} wait for a person`),
    await check('cursors within their topics', async () => {
      const beyond = (await readLag(db, kafka())).filter(({ lag }) => lag < 0)
      if (beyond.length > 0)
        throw new Error(
          `${beyond.map(({ group, topic, partition }) => `${group} ${topic}/${partition}`).join(', ')} beyond the end: the topic was made anew; see runbook TributaryPartitionStopped`,
        )
      return 'yes'
    }),
  ])
}

async function check(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { check: name, ok: true, detail: await run() }
  } catch (error) {
    const known = asDatabaseError(error)
    return { check: name, ok: false, detail: known instanceof Error ? known.message : codeOf(known) }
  }
}
