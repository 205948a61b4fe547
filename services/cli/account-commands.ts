import type { Command } from 'commander'
import { addTokenCommands } from './token-commands.ts'
import { addUserCommands } from './user-commands.ts'

/** Everything about who may come in. */
export function addAccountCommands(program: Command): void {
  addUserCommands(program)
  addTokenCommands(program)
}
