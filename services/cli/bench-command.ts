import type { Command } from 'commander'
import { addBenchApiCommand } from './bench-api-command.ts'
import { benchIntake } from './bench-intake.ts'
import { createOutput } from './output.ts'
import { kafka, settingsOf } from './surroundings.ts'

export function addBenchCommand(program: Command): void {
  const bench = program.command('bench').description('measure on this machine, with conditions printed')
  addBenchApiCommand(bench)
  bench
    .command('intake')
    .description('chat-form events a second from topic to committed lead, beside one transaction per event, in one run')
    .option('--events <n>', 'events of the batched run', Number, 60_000)
    .option('--naive-events <n>', 'events of the run with one transaction per event', Number, 10_000)
    .option('--workers <n>', 'worker processes, the same in both runs', Number, 2)
    .option('--json', 'JSON on stdout')
    .action(
      async ({ events, naiveEvents, workers, json = false }: { events: number; naiveEvents: number; workers: number; json?: boolean }) => {
        const output = createOutput(json)
        const { MYSQL_URL, SCHEMA_REGISTRY_URL } = settingsOf('MYSQL_URL', 'SCHEMA_REGISTRY_URL')
        const result = await benchIntake({
          kafka: kafka(),
          registryUrl: SCHEMA_REGISTRY_URL,
          mysqlUrl: MYSQL_URL,
          events,
          naiveEvents,
          workers,
          say: output.say,
        })
        output.say(`machine ${JSON.stringify(result.machine)}\nconditions ${JSON.stringify(result.conditions)}`)
        output.data(result, {
          columns: ['run', 'events', 'seconds', 'events/s'],
          rows: result.runs.map(({ name, events: count, seconds, eventsPerSecond }) => [name, count, seconds, eventsPerSecond]),
        })
        output.say(`ratio ${result.ratio}`)
      },
    )
}
