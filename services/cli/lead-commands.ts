import type { Command } from 'commander'
import { uuidBytes } from '../leads/event-identity.ts'
import { findLeadOfEvent, readLead, type LeadView } from '../leads/lead-view.ts'
import { mask, maskEvent } from '../leads/mask-event.ts'
import { findTenants } from '../leads/tenants.ts'
import { TributaryError } from '../platform/errors.ts'
import { withTransaction } from '../platform/mysql/transaction.ts'
import { createOutput } from './output.ts'
import { withDatabase } from './surroundings.ts'

type Flags = { tenant: string; event?: string; source?: string; reveal?: boolean; json?: boolean }

export function addLeadCommands(program: Command): void {
  program
    .command('lead')
    .description('what is known of a lead')
    .command('show [leadId]')
    .description('show a lead whole: contact keys, submissions, history, score lines, orders, receipts, mails')
    .requiredOption('--tenant <slug>', 'tenant of the lead')
    .option('--event <event_id>', 'the lead that this event belongs to, instead of an id')
    .option('--source <name>', 'source of that event')
    .option('--reveal', 'print personal data too')
    .option('--json', 'JSON on stdout')
    .action(async (leadId: string | undefined, flags: Flags) => {
      const lead = await withDatabase((db) =>
        withTransaction(db, 10_000, async (tx) => {
          const tenant = (await findTenants(tx, [flags.tenant])).get(flags.tenant)
          if (tenant === undefined)
            throw new TributaryError('unknown-tenant', `There is no tenant ${flags.tenant}. \`npx tributary tenants list\` shows them all.`)
          const id =
            flags.event === undefined
              ? uuidBytes(leadId ?? '')
              : await findLeadOfEvent(tx, tenant, { source: flags.source ?? '', event_id: flags.event })
          return id === undefined ? undefined : await readLead(tx, tenant.tenantId, id)
        }),
      )
      if (lead === undefined)
        throw new TributaryError(
          'config-invalid',
          'There is no such lead. Give its id, or --event with --source of an event that brought a submission.',
        )
      const shown = flags.reveal === true ? lead : masked(lead)
      createOutput(flags.json ?? false).data(shown, flags.json === true ? undefined : { columns: ['what', 'is'], rows: summary(shown) })
    })
}

function masked(lead: LeadView): LeadView {
  const view = maskEvent(lead) as LeadView
  return { ...view, keys: view.keys.map((key) => ({ ...key, value: mask(key.value) ?? '' })) }
}

function summary(lead: LeadView): [string, string][] {
  const time = (ms: number) => new Date(ms).toISOString()
  return [
    ['lead', lead.leadId],
    ['status', `${lead.status}${lead.active ? '' : ' (final)'}`],
    ['score', `${lead.score} = ${lead.scoreLines.map(({ rule, points }) => `${points} ${rule}`).join(' + ') || '0'}`],
    ['tags', lead.tags.join(', ')],
    ['opened', time(lead.openedAt)],
    ...lead.keys.map(({ kind, value, strength }): [string, string] => ['key', `${kind} ${value} (${strength})`]),
    ...lead.submissions.map(({ tag, occurredAt, source, rule }): [string, string] => [
      'submission',
      `${time(occurredAt)} ${tag} from ${source}, joined by ${rule}`,
    ]),
    ...lead.history.map(({ sequence, kind, actor, occurredAt, publishedAt }): [string, string] => [
      'history',
      `${sequence} ${time(occurredAt)} ${kind} by ${actor}${publishedAt === null ? ', not yet published' : ''}`,
    ]),
    ...lead.orders.map(({ orderId, status }): [string, string] => ['order', `${orderId} ${status}`]),
    ...lead.receipts.map(({ messageId, attempt, status }): [string, string] => ['receipt', `${messageId} attempt ${attempt}: ${status}`]),
    ...lead.mails.map(({ template, state, recipient, attempts }): [string, string] => [
      'mail',
      `${template} to ${recipient}: ${state} after ${attempts} tries`,
    ]),
  ]
}
