import type { Command } from 'commander'
import { createRegistry } from '../platform/kafka/registry.ts'
import { seedDemo } from './demo/seed-demo.ts'
import { demoPassword } from './demo/team.ts'
import { createOutput } from './output.ts'
import { kafka, settingsOf, withDatabase } from './surroundings.ts'

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('tenants to look at')
    .command('seed')
    .description('fill two tenants, demo and demo-pipeline, through the running fleet; safe to run again')
    .option('--patience <seconds>', 'how long the fleet may take for a round of events', Number, 60)
    .option('--password <password>', 'password of the people who work there, where they have none yet', demoPassword)
    .option('--json', 'JSON on stdout')
    .action(async ({ patience, password, json = false }: { patience: number; password: string; json?: boolean }) => {
      const output = createOutput(json)
      const registry = createRegistry(settingsOf('SCHEMA_REGISTRY_URL').SCHEMA_REGISTRY_URL)
      const seeded = await withDatabase((db) =>
        seedDemo({ db, kafka: kafka(), registry, password, now: new Date(), patienceMs: patience * 1000, say: output.say }),
      )
      output.data(seeded, {
        columns: ['tenant', 'events produced', 'leads worked on'],
        rows: seeded.map(({ tenant, produced, workedOn }) => [tenant, produced, workedOn]),
      })
    })
}
