import type { Command } from 'commander'
import { isSupportedCountry } from 'libphonenumber-js/max'
import { TributaryError } from '../platform/errors.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { normalEmail } from '../leads/contact-keys.ts'
import { addTenant, closedRules, findTenants, listTenants, plans, setTenant, type TenantChange } from '../leads/tenants.ts'
import { useWorkflow } from '../leads/use-workflow.ts'
import { workflows } from '../leads/workflow.ts'
import { createOutput } from './output.ts'
import { withDatabase } from './surroundings.ts'

type Flags = {
  name?: string
  workflow?: string
  region?: string
  timezone?: string
  mailTo?: string
  plan?: string
  onClosed?: string
  ifMissing?: boolean
  json?: boolean
}

export function addTenantCommands(program: Command): void {
  const tenants = program.command('tenants').description('the companies whose events are worked on')
  tenants
    .command('list')
    .description('list all tenants')
    .option('--json', 'JSON on stdout')
    .action(async ({ json = false }: Flags) => {
      const all = await withDatabase((db) => listTenants(transactionOn(db)))
      createOutput(json).data(all, {
        columns: ['slug', 'name', 'workflow', 'plan', 'region', 'timezone', 'mail to'],
        rows: all.map((tenant) => [tenant.slug, tenant.name, tenant.workflow, tenant.plan, tenant.region, tenant.timezone, tenant.mailTo]),
      })
    })
  withSettings(tenants.command('add <slug>').description('add a tenant'))
    .option('--if-missing', 'do nothing when the tenant exists')
    .action(async (slug: string, flags: Flags) => {
      if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(slug))
        throw new TributaryError(
          'config-invalid',
          `${slug} is no slug: give 1 to 64 lower-case letters, digits and hyphens, for example my-shop.`,
        )
      const change = changeOf(flags)
      const tenant = { slug, name: slug, workflow: 'helpdesk', region: 'US', timezone: 'UTC', mailTo: null, ...change }
      if (!workflows.has(tenant.workflow))
        throw new TributaryError(
          'config-invalid',
          `--workflow ${tenant.workflow} is not known: give ${[...workflows.keys()].join(' or ')}.`,
        )
      const isNew = await withDatabase((db) => withTransaction(db, 10_000, (tx) => addTenant(tx, tenant, new Date())))
      if (!isNew && flags.ifMissing !== true)
        throw new TributaryError(
          'config-invalid',
          `There is a tenant ${slug} already. Change it with \`npx tributary tenants set ${slug}\`.`,
        )
      createOutput(flags.json ?? false).data(
        { slug, added: isNew },
        { columns: ['slug', 'added'], rows: [[slug, isNew ? 'yes' : 'was there']] },
      )
    })
  withSettings(tenants.command('set <slug>').description('change a tenant')).action(async (slug: string, flags: Flags) => {
    const { workflow, ...change } = changeOf(flags)
    const found = await withDatabase((db) =>
      withTransaction(db, 10_000, async (tx) => {
        const tenant = (await findTenants(tx, [slug])).get(slug)
        if (tenant !== undefined && workflow !== undefined) await useWorkflow(tx, tenant, workflow)
        return await setTenant(tx, slug, change)
      }),
    )
    if (!found) throw new TributaryError('unknown-tenant', `There is no tenant ${slug}. \`npx tributary tenants list\` shows them all.`)
    createOutput(flags.json ?? false).data({ slug, changed: true }, { columns: ['slug'], rows: [[slug]] })
  })
}

function withSettings(command: Command): Command {
  return command
    .option('--name <name>', 'name that people read')
    .option('--workflow <name>', `workflow: ${[...workflows.keys()].join(' or ')}, or one of the tenant's own`)
    .option('--plan <plan>', `plan: ${plans.join(', ')}; on free and starter the newest five leads are shown`)
    .option('--on-closed <rule>', 'what a submission of a person does whose last lead is closed: new_lead or reopen')
    .option('--region <country>', 'two-letter country in whose form phone numbers are typed, for example BR')
    .option('--timezone <zone>', 'IANA time zone, for example America/Sao_Paulo')
    .option('--mail-to <address>', 'address of notification mails; "" for none')
    .option('--json', 'JSON on stdout')
}

function changeOf({ name, workflow, region, timezone, mailTo, plan, onClosed }: Flags): TenantChange {
  const change: TenantChange = {}
  if (plan !== undefined) change.plan = oneOf('--plan', plan, plans)
  if (onClosed !== undefined) change.onClosed = oneOf('--on-closed', onClosed, closedRules)
  if (name !== undefined) change.name = name.slice(0, 200)
  if (workflow !== undefined) {
    change.workflow = workflow
  }
  if (region !== undefined) {
    if (!isSupportedCountry(region.toUpperCase()))
      throw new TributaryError('config-invalid', `--region ${region} is no country: give its two letters, for example BR.`)
    change.region = region.toUpperCase()
  }
  if (timezone !== undefined) {
    if (!isTimezone(timezone))
      throw new TributaryError('config-invalid', `--timezone ${timezone} is not known: give an IANA name, for example America/Sao_Paulo.`)
    change.timezone = timezone
  }
  if (mailTo !== undefined) {
    if (mailTo !== '' && normalEmail(mailTo) === undefined)
      throw new TributaryError('config-invalid', '--mail-to is no address: give one like team@shop.example, or "" for none.')
    change.mailTo = mailTo === '' ? null : mailTo
  }
  return change
}

function oneOf<Word extends string>(flag: string, word: string, words: readonly Word[]): Word {
  const found = words.find((known) => known === word)
  if (found === undefined) throw new TributaryError('config-invalid', `${flag} ${word} is not known: give ${words.join(', ')}.`)
  return found
}

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
