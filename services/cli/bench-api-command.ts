import type { Command } from 'commander'
import { TributaryError } from '../platform/errors.ts'
import { benchApi } from './bench-api.ts'
import { createOutput } from './output.ts'
import { kafka, settingsOf } from './surroundings.ts'

type Flags = { leads: number; connections: number; seconds: number; withIntake: number; json?: boolean }

export function addBenchApiCommand(bench: Command): void {
  bench
    .command('api')
    .description('requests a second and their times against the real API over many leads, in a database of its own')
    .option('--leads <n>', 'leads of 20 tenants; the measured one has a fifth of them', Number, 1_000_000)
    .option('--connections <n>', 'requests at once', Number, 4)
    .option('--seconds <n>', 'seconds for each kind of request', Number, 10)
    .option('--with-intake <n>', 'measure once more while so many chat forms a second come in through Kafka and a worker', Number, 0)
    .option('--json', 'JSON on stdout')
    .action(async ({ json = false, withIntake, ...flags }: Flags) => {
      for (const [name, value] of Object.entries({ ...flags, withIntake }))
        if (!(value > 0 || (name === 'withIntake' && value === 0)) || (name !== 'seconds' && !Number.isInteger(value)))
          throw new TributaryError(
            'config-invalid',
            `--${name.replace('I', '-i')} is no number above 0, or no whole one: give one like 10.`,
          )
      const output = createOutput(json)
      const { MYSQL_URL, SCHEMA_REGISTRY_URL } = settingsOf('MYSQL_URL', 'SCHEMA_REGISTRY_URL')
      const result = await benchApi({
        ...flags,
        formsPerSecond: withIntake,
        kafka: kafka(),
        registryUrl: SCHEMA_REGISTRY_URL,
        mysqlUrl: MYSQL_URL,
        say: output.say,
      })
      output.say(`machine ${JSON.stringify(result.machine)}\nconditions ${JSON.stringify(result.conditions)}`)
      output.data(result, {
        columns: ['request', 'forms a second', 'requests', 'requests a second', 'p50 ms', 'p99 ms', 'slowest ms'],
        rows: result.measured.map((one) => [
          one.name,
          one.formsTakenInASecond,
          one.requests,
          one.perSecond,
          one.p50Ms,
          one.p99Ms,
          one.slowestMs,
        ]),
      })
    })
}
