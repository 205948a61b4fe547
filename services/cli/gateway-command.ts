import { readFileSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { providers } from '../gateway/providers.ts'
import { TributaryError } from '../platform/errors.ts'
import { createOutput } from './output.ts'

export function addGatewayCommand(program: Command): void {
  program
    .command('gateway')
    .description('provider payloads')
    .command('decode [files...]')
    .description('turn webhook bodies of a provider (files, or stdin) into NDJSON for `events produce`; what is left out is said on stderr')
    .addOption(new Option('--provider <name>', 'provider').choices([...providers.keys()]).makeOptionMandatory())
    .requiredOption('--tenant <slug>', 'tenant of the events')
    .option('--json', 'NDJSON on stdout (always so)')
    .action((files: string[], { provider, tenant }: { provider: string; tenant: string }) => {
      const output = createOutput(true)
      const decode = providers.get(provider)
      for (const file of files.length === 0 ? ['-'] : files) {
        const decoded = decode?.(parse(file), { tenant, receivedAt: Date.now() }) ?? { events: [], ignored: [] }
        for (const event of decoded.events) output.line(event)
        for (const { what, reason } of decoded.ignored) output.say(`${file === '-' ? 'stdin' : file}: ${what} left out: ${reason}`)
      }
    })
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code !== undefined
    throw new TributaryError(
      'contract-broken',
      isMissing
        ? `${file} cannot be read. Give the path of a file with a webhook body.`
        : `${file === '-' ? 'stdin' : file} is no JSON. Pass the body of the webhook as it came.`,
    )
  }
}
