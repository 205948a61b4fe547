import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Knex } from 'knex'
import { commandLine } from '../accounts/actor.ts'
import { newId } from '../accounts/identifiers.ts'
import { uuidBytes, uuidOf } from '../leads/event-identity.ts'
import { countReplay, type ReplayRange } from '../leads/replay-outbox.ts'
import { advanceReplay, findReplay, startReplay, type Replay } from '../leads/replays.ts'
import { findTenants } from '../leads/tenants.ts'
import { codeOf, TributaryError } from '../platform/errors.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { createOutput, type Output } from './output.ts'
import { withDatabase } from './surroundings.ts'

type Flags = {
  tenant: string
  from?: string
  to?: string
  lead?: string
  fromSequence?: number
  toSequence?: number
  reason: string
  dryRun?: boolean
  json?: boolean
}

// A command is the fleet's own: no plan hides leads from it.
const everyLead = Buffer.alloc(16)

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description('publish events of leads again to lead.activity and lead.status: same ids and sequences, those of a lead in order')
    .requiredOption('--tenant <slug>', 'tenant of the leads')
    .option('--from <time>', 'what was recorded from this time on, for example 2026-11-21T08:00:00Z')
    .option('--to <time>', 'and before this time')
    .option('--lead <leadId>', 'instead: events of this lead')
    .option('--from-sequence <n>', 'from this one on', Number, 1)
    .option('--to-sequence <n>', 'up to this one', Number, 4_294_967_295)
    .option('--reason <text>', 'why; stands with the replay', 'from the command line')
    .option('--dry-run', 'only say how many')
    .option('--json', 'JSON on stdout')
    .action(async (flags: Flags) => {
      const range = rangeOf(flags)
      const output = createOutput(flags.json ?? false)
      await withDatabase(async (db) => {
        const tenant = (await findTenants(transactionOn(db), [flags.tenant])).get(flags.tenant)
        if (tenant === undefined) throw wrong(`There is no tenant ${flags.tenant}. \`npx tributary tenants list\` shows them.`)
        if (flags.dryRun === true) {
          const events = await countReplay(transactionOn(db), tenant.tenantId, range, everyLead)
          output.data({ dryRun: true, events }, { columns: ['events'], rows: [[events]] })
          return
        }
        const { replayId, state, published } = await runReplay(db, tenant.tenantId, range, flags.reason, output)
        const id = uuidOf(replayId)
        output.data({ replayId: id, state, published }, { columns: ['replay', 'state', 'published'], rows: [[id, state, published]] })
      })
    })
}

/** Starts a replay and takes it to its end. Interrupted, it is finished by the api, which does the same. */
async function runReplay(db: Knex, tenantId: number, range: ReplayRange, reason: string, output: Output): Promise<Replay> {
  const plan = { replayId: newId(new Date()), author: commandLine.actor, reason: reason.slice(0, 500), range }
  const replay = await withTransaction(db, 10_000, (tx) => startReplay(tx, tenantId, plan, everyLead, new Date()))
  let hasSaidSo = false
  for (;;) {
    const state = await advance(db, replay)
    if (state === 'done' || state === 'stopped') return await findReplay(transactionOn(db), tenantId, replay.replayId)
    if (state !== 'waiting') continue
    if (!hasSaidSo) output.say('Waiting for status-relay to publish what is pending.')
    hasSaidSo = true
    await pause(500)
  }
}

async function advance(db: Knex, replay: Replay) {
  try {
    return await withTransaction(db, 10_000, (tx) => advanceReplay(tx, replay, new Date()))
  } catch (error) {
    if (!['database-deadlock', 'database-lock-timeout'].includes(codeOf(error))) throw error
    return 'waiting'
  }
}

function rangeOf({ from, to, lead, fromSequence = 1, toSequence = 1 }: Flags): ReplayRange {
  if (lead !== undefined) {
    const leadId = uuidBytes(lead)
    if (leadId === undefined) throw wrong(`--lead ${lead} is no UUID.`)
    if (!(fromSequence >= 1 && toSequence >= fromSequence))
      throw wrong('--from-sequence and --to-sequence are numbers from 1 on, in this order.')
    return { leadId, fromSequence, toSequence }
  }
  const range = { from: Date.parse(from ?? ''), to: Date.parse(to ?? '') }
  if (!(range.from < range.to))
    throw wrong('Give --from and --to as times in this order, for example 2026-11-21T08:00:00Z, or --lead with an id.')
  return range
}

const wrong = (message: string) => new TributaryError('config-invalid', message)
