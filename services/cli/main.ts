import { Command } from 'commander'
import { TributaryError } from '../platform/errors.ts'
import { asDatabaseError } from '../platform/mysql/database-error.ts'
import { addAccountCommands } from './account-commands.ts'
import { addBenchCommand } from './bench-command.ts'
import { addDeadLetterCommands } from './dead-letter-commands.ts'
import { addDemoCommand } from './demo-command.ts'
import { addDoctorCommands } from './doctor-commands.ts'
import { addEventCommands } from './event-commands.ts'
import { addGatewayCommand } from './gateway-command.ts'
import { addLeadCommands } from './lead-commands.ts'
import { addReindexCommand } from './reindex-command.ts'
import { addReplayCommand } from './replay-command.ts'
import { addSetupCommands } from './setup-commands.ts'
import { addTenantCommands } from './tenant-commands.ts'

const program = new Command('tributary')
  .description('Many event streams, one lead: set up, look into and mend a Tributary fleet.')
  .showHelpAfterError('(add --help for the options)')
for (const add of [
  addDoctorCommands,
  addSetupCommands,
  addTenantCommands,
  addAccountCommands,
  addEventCommands,
  addLeadCommands,
  addReindexCommand,
  addDeadLetterCommands,
  addReplayCommand,
  addGatewayCommand,
  addDemoCommand,
  addBenchCommand,
])
  add(program)

try {
  await program.parseAsync()
} catch (error) {
  const known = asDatabaseError(error)
  process.stderr.write(`tributary: ${known instanceof Error ? known.message : 'an unknown error'}\n`)
  if (process.env['LOG_LEVEL'] === 'debug' && known instanceof Error) process.stderr.write(`${known.stack}\n`)
  process.exit(known instanceof TributaryError && known.code === 'config-invalid' ? 78 : 1)
}
