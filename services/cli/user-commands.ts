import { Option, type Command } from 'commander'
import { commandLine } from '../accounts/actor.ts'
import { normalAddress } from '../accounts/email-address.ts'
import { checkPassword } from '../accounts/passwords.ts'
import { roles, type Role } from '../accounts/principal.ts'
import { issueReset, setPassword } from '../accounts/take-account.ts'
import { linkTo } from '../accounts/ticket-link.ts'
import { findUserByEmail, listUsers, type User } from '../accounts/user-store.ts'
import { addUser, inviteAgain } from '../accounts/users.ts'
import { TributaryError } from '../platform/errors.ts'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { createOutput } from './output.ts'
import { settingsOf } from './surroundings.ts'
import { timeOf, withTenant } from './within-tenant.ts'

type UserFlags = { tenant: string; name?: string; role: Role; passwordStdin?: boolean; ifMissing?: boolean; json?: boolean }

/** The people who may come in. What is done here stands in the audit log with the actor `cli`. */
export function addUserCommands(program: Command): void {
  const users = program.command('users').description('the people who may come in')
  users
    .command('list')
    .description('list the people of a tenant')
    .requiredOption('--tenant <slug>', 'tenant of the people')
    .option('--json', 'JSON on stdout')
    .action(async ({ tenant, json = false }: UserFlags) => {
      const all = await withTenant(tenant, ({ run, tenantId }) => run((tx) => listUsers(tx, tenantId)))
      createOutput(json).data(
        all.map(({ createdAtMs, lastSignedInAtMs, id, email, name, role, state }) => ({
          id,
          email,
          name,
          role,
          state,
          createdAt: timeOf(createdAtMs),
          lastSignedInAt: timeOf(lastSignedInAtMs),
        })),
        {
          columns: ['email', 'name', 'role', 'state', 'last signed in', 'id'],
          rows: all.map((user) => [user.email, user.name, user.role, user.state, timeOf(user.lastSignedInAtMs), user.id]),
        },
      )
    })
  users
    .command('add <email>')
    .description('add somebody: prints a link that lets them in once, or sets a password')
    .requiredOption('--tenant <slug>', 'tenant of the user')
    .option('--name <name>', 'name that people read; what stands before the @ when left out')
    .addOption(new Option('--role <role>', 'what they are in the team').choices(roles).default('agent'))
    .option('--password-stdin', 'read a password from stdin instead of printing a link')
    .option('--if-missing', 'do nothing when there is such a user')
    .option('--json', 'JSON on stdout')
    .action(async (email: string, flags: UserFlags) => {
      const { tenant } = flags
      const password = flags.passwordStdin === true ? await readPassword() : undefined
      await withTenant(tenant, async ({ run, tenantId }) => {
        const now = new Date()
        const address = normalAddress(email)
        const known = address === undefined ? undefined : await run((tx) => findUserByEmail(tx, tenantId, address))
        if (known !== undefined && flags.ifMissing === true) return show(flags, known, undefined)
        // Before anything is written: a user whose password was refused would be left behind.
        if (password !== undefined && address !== undefined) checkPassword(password, address)
        const wanted = { tenantId, email, name: flags.name ?? email.split('@')[0] ?? '', role: flags.role }
        const { user, ticket } = await run((tx) => addUser(tx, commandLine, wanted, now))
        if (password === undefined) return show(flags, user, linkTo(settingsOf('PUBLIC_URL').PUBLIC_URL, 'invitation', ticket))
        await setPassword(run, commandLine, user, password, now)
        return show(flags, { ...user, state: 'enabled' }, undefined)
      })
    })
  users
    .command('reset <email>')
    .description('let somebody choose a new password: prints a link that works once, or sets a password')
    .requiredOption('--tenant <slug>', 'tenant of the user')
    .option('--password-stdin', 'read a password from stdin instead of printing a link')
    .option('--json', 'JSON on stdout')
    .action(async (email: string, flags: UserFlags) => {
      const { tenant } = flags
      const password = flags.passwordStdin === true ? await readPassword() : undefined
      await withTenant(tenant, async ({ run, tenantId }) => {
        const now = new Date()
        const user = await run((tx) => findUserByEmail(tx, tenantId, normalAddress(email) ?? ''))
        if (user === undefined)
          throw new TributaryError(
            'config-invalid',
            `${tenant} has no user with this address: \`npx tributary users list --tenant ${tenant}\` shows them all.`,
          )
        if (user.state === 'disabled')
          throw new TributaryError('config-invalid', 'This user is disabled: an owner or admin enables them on the page Users first.')
        if (password === undefined) return show(flags, user, await run((tx) => newLink(tx, user, now)))
        await setPassword(run, commandLine, user, password, now)
        return show(flags, { ...user, state: 'enabled' }, undefined)
      })
    })
}

/** One who has not come in yet gets another invitation: there is no password to reset. */
async function newLink(tx: Transaction, user: User, now: Date): Promise<string> {
  const { PUBLIC_URL: publicUrl } = settingsOf('PUBLIC_URL')
  if (user.state === 'invited')
    return linkTo(publicUrl, 'invitation', (await inviteAgain(tx, commandLine, user.tenantId, user.id, now)).ticket)
  return linkTo(publicUrl, 'password-reset', await issueReset(tx, commandLine, user, now))
}

function show({ json = false }: UserFlags, { id, email, role, state }: User, link: string | undefined): void {
  const out = createOutput(json)
  if (link !== undefined && !json) out.say('Give them this link; it works once:')
  const shown = { id, email, role, state, ...(link === undefined ? {} : { link }) }
  out.data(
    shown,
    link === undefined ? { columns: ['email', 'role', 'state'], rows: [[email, role, state]] } : { columns: ['link'], rows: [[link]] },
  )
}

/** The first line of stdin: a password in an argument would stand in the shell's history and in every list of processes. */
async function readPassword(): Promise<string> {
  let text = ''
  for await (const piece of process.stdin) {
    text += String(piece)
    if (text.length > 10_000) break
  }
  const [line = ''] = text.split(/\r?\n/)
  if (line === '')
    throw new TributaryError('config-invalid', 'There was no password on stdin: pipe one in, for example from a password manager.')
  return line
}
