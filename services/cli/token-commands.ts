import { InvalidArgumentError, type Command } from 'commander'
import { commandLine } from '../accounts/actor.ts'
import { createToken, listTokens, revokeToken } from '../accounts/api-tokens.ts'
import { scopes, type Scope } from '../accounts/principal.ts'
import { createOutput } from './output.ts'
import { timeOf, withTenant } from './within-tenant.ts'

type TokenFlags = { tenant: string; name: string; scope: Scope[]; days?: number; json?: boolean }

/** The programs that may work for a tenant. What is done here stands in the audit log with the actor `cli`. */
export function addTokenCommands(program: Command): void {
  const tokens = program.command('tokens').description('the programs that may work for a tenant')
  tokens
    .command('list')
    .description('list the tokens of a tenant, newest first')
    .requiredOption('--tenant <slug>', 'tenant that the program works for')
    .option('--json', 'JSON on stdout')
    .action(async ({ tenant, json = false }: TokenFlags) => {
      const all = await withTenant(tenant, ({ run, tenantId }) => run((tx) => listTokens(tx, tenantId)))
      const shown = all.map(({ createdAtMs, expiresAtMs, lastUsedAtMs, revokedAtMs, ...token }) => ({
        ...token,
        createdAt: timeOf(createdAtMs),
        expiresAt: timeOf(expiresAtMs),
        lastUsedAt: timeOf(lastUsedAtMs),
        revokedAt: timeOf(revokedAtMs),
      }))
      createOutput(json).data(shown, {
        columns: ['id', 'name', 'scopes', 'expires', 'last used', 'revoked'],
        rows: shown.map((token) => [token.id, token.name, token.scopes.join(' '), token.expiresAt, token.lastUsedAt, token.revokedAt]),
      })
    })
  tokens
    .command('add')
    .description('make a token and print it; it is told this once')
    .requiredOption('--tenant <slug>', 'tenant that the program works for')
    .requiredOption('--name <name>', 'what it is for, for example CRM')
    .requiredOption('--scope <scopes...>', `what it may do: ${scopes.join(', ')}`, toScopes)
    .option('--days <days>', 'days after which it opens nothing any more; for ever when left out', toDays)
    .option('--json', 'JSON on stdout')
    .action(async ({ tenant, name, scope, days, json = false }: TokenFlags) => {
      const now = new Date()
      const expiresAt = days === undefined ? null : new Date(now.getTime() + days * 86_400_000)
      const { token, secret } = await withTenant(tenant, ({ run, tenantId }) =>
        run((tx) => createToken(tx, commandLine, { tenantId, name, scopes: scope, expiresAt }, now)),
      )
      const out = createOutput(json)
      if (!json) out.say('Keep it now, it is not shown again:')
      out.data({ id: token.id, secret }, { columns: ['secret', 'id'], rows: [[secret, token.id]] })
    })
  tokens
    .command('revoke <id>')
    .description('make a token open nothing, at once and for good')
    .requiredOption('--tenant <slug>', 'tenant that the program works for')
    .option('--json', 'JSON on stdout')
    .action(async (id: string, { tenant, json = false }: TokenFlags) => {
      await withTenant(tenant, ({ run, tenantId }) => run((tx) => revokeToken(tx, commandLine, tenantId, id, new Date())))
      createOutput(json).data({ id, revoked: true }, { columns: ['revoked'], rows: [[id]] })
    })
}

function toScopes(word: string, before: Scope[] | undefined): Scope[] {
  const given = word.split(',').filter((scope) => scope !== '')
  for (const scope of given)
    if (!(scopes as readonly string[]).includes(scope))
      throw new InvalidArgumentError(`${scope} is no scope. Give some of: ${scopes.join(', ')}.`)
  return [...(before ?? []), ...(given as Scope[])]
}

function toDays(word: string): number {
  const days = Number(word)
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new InvalidArgumentError('Give whole days from 1 to 3650.')
  return days
}
