import type { Command } from 'commander'
import { eventSchemas } from '../../schemas/events.ts'
import { migrations } from '../../schemas/migrations.ts'
import { withAdmin } from '../platform/kafka/admin.ts'
import { subjectOf } from '../platform/kafka/event-type.ts'
import { createRegistry } from '../platform/kafka/registry.ts'
import { asDatabaseError } from '../platform/mysql/database-error.ts'
import { migrate } from '../platform/mysql/migrate.ts'
import { checkSchemas } from './check-schemas.ts'
import { createOutput } from './output.ts'
import { kafka, quietLog, settingsOf, withDatabase } from './surroundings.ts'

const weekMs = 7 * 86_400_000

/** The topics of the fleet. Dead letters are kept as long as Kafka keeps anything, because a person has to look at them. */
export const topicPlans = [
  ...Object.keys(eventSchemas).map((topic) => ({ topic, settings: { 'retention.ms': String(weekMs) } })),
  { topic: 'tributary.dead-letter', settings: { 'retention.ms': '-1' } },
]

export function addSetupCommands(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to this version; safe to run again')
    .option('--json', 'JSON on stdout')
    .action(async ({ json = false }: { json?: boolean }) => {
      const output = createOutput(json)
      const applied = await withDatabase(async (db) => {
        try {
          return await migrate(db, migrations)
        } catch (error) {
          throw asDatabaseError(error)
        }
      })
      output.data({ applied }, { columns: ['applied'], rows: applied.map((name) => [name]) })
      output.say(applied.length === 0 ? 'The database is at this version already.' : `Applied ${applied.length}.`)
    })

  program
    .command('topics')
    .description('the topics of the fleet')
    .command('create')
    .description('create the topics that do not exist yet')
    .option('--partitions <n>', 'partitions of a new topic', Number, 6)
    .option('--json', 'JSON on stdout')
    .action(async ({ partitions, json = false }: { partitions: number; json?: boolean }) => {
      const output = createOutput(json)
      const settings = kafka()
      const created = await withAdmin(settings, quietLog(), (admin) =>
        admin.createTopics(topicPlans.map((plan) => ({ ...plan, topic: settings.KAFKA_PREFIX + plan.topic, partitions }))),
      )
      output.data({ created }, { columns: ['created'], rows: created.map((topic) => [topic]) })
      output.say(created.length === 0 ? 'All topics exist already.' : `Created ${created.length} topics.`)
    })

  const schemas = program.command('schemas').description('the Avro schemas of the events')
  schemas
    .command('register')
    .description('register the schemas in the registry, FULL_TRANSITIVE; safe to run again')
    .option('--json', 'JSON on stdout')
    .action(async ({ json = false }: { json?: boolean }) => {
      const output = createOutput(json)
      const { SCHEMA_REGISTRY_URL, KAFKA_PREFIX } = settingsOf('SCHEMA_REGISTRY_URL', 'KAFKA_PREFIX')
      const registry = createRegistry(SCHEMA_REGISTRY_URL)
      const registered: { subject: string; id: number }[] = []
      for (const [topic, schema] of Object.entries(eventSchemas)) {
        const subject = subjectOf(KAFKA_PREFIX + topic)
        registered.push({ subject, id: await registry.register(subject, schema) })
      }
      output.data(registered, { columns: ['id', 'subject'], rows: registered.map(({ subject, id }) => [id, subject]) })
    })
  schemas
    .command('check [folder]')
    .description('check, without a registry, that every released version of each schema can read every other')
    .option('--json', 'JSON on stdout')
    .action((folder: string | undefined, { json = false }: { json?: boolean }) => {
      const output = createOutput(json)
      const { pairs, problems } = checkSchemas(folder)
      output.data({ pairs, problems }, { columns: ['problem'], rows: problems.map((problem) => [problem]) })
      output.say(problems.length === 0 ? `${pairs} pairs of versions read each other.` : `${problems.length} of ${pairs} pairs do not fit.`)
      if (problems.length > 0) process.exitCode = 1
    })
}
