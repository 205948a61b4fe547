import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { Refusal } from '../../leads/refusal.ts'
import { readTenant, type Tenant } from '../../leads/tenants.ts'
import {
  changedByBulk,
  closeCollection,
  collectLeads,
  failBulk,
  forgetCollected,
  releaseBulk,
  takeDueBulk,
  workBulkUnit,
  type BulkUnit,
  type TakenBulk,
} from '../../leads/work-bulk.ts'
import { failureOf } from '../../platform/errors.ts'
import { readSnapshot, transactionOn, type Transaction } from '../../platform/mysql/transaction.ts'
import { pagesOfMatching, type MatchingLeads } from '../matching-leads.ts'
import { untilUnlocked } from '../until-unlocked.ts'

export type BulkContext = {
  db: Knex
  log: Logger
  matching: MatchingLeads
  leaseMs: number
  clock(): Date
}

const page = 1_000
const largestUnit = 200
// Each follow-up is some statements of its own.
const largestFollowUpUnit = 40
const snapshotMs = 10 * 60_000
/** After this long a bulk action lets the next one have its turn. */
const sliceMs = 2_000

/**
 * One turn of the bulk loop: takes the bulk action that has waited longest and works on it for some seconds; answers whether there was one. Deadlocks and locks that stay taken are
 * waited out here; when the database is away it throws, and the bulk action goes on from its last unit later.
 */
export async function runBulk(context: BulkContext, signal?: AbortSignal): Promise<boolean> {
  const { db, leaseMs, clock } = context
  const taken = await untilUnlocked(db, (tx) => takeDueBulk(tx, randomBytes(16), leaseMs, clock()))
  if (taken === undefined) return false
  try {
    const isOurs = taken.state === 'running' || (await collectOrFail(context, taken, signal))
    if (isOurs) await workUnits(context, taken, signal)
  } finally {
    // What is not given back comes up again when the lease is over.
    await releaseBulk(transactionOn(db), taken, clock()).catch(() => undefined)
  }
  return true
}

async function collectOrFail(context: BulkContext, bulk: TakenBulk, signal?: AbortSignal): Promise<boolean> {
  const { db, log, clock } = context
  try {
    return await collect(context, bulk, signal)
  } catch (error) {
    if (failureOf(error) !== 'unknown') throw error
    if (!(error instanceof Refusal))
      log.error({ bulk: bulk.bulkId.toString('hex'), err: error }, 'the leads of a bulk action could not be found')
    const reason =
      error instanceof Refusal ? error.message : 'The leads could not be found for a reason that is ours; it is written in the log.'
    await untilUnlocked(db, (tx) => failBulk(tx, bulk, reason, clock()))
    return false
  }
}

/** Writes down the leads that the bulk action is about, all of one moment; answers false when it was taken from us or is to stop. */
async function collect({ db, matching, leaseMs, clock }: BulkContext, bulk: TakenBulk, signal?: AbortSignal): Promise<boolean> {
  while (await untilUnlocked(db, (tx) => forgetCollected(tx, bulk, 5_000)));
  const isWhole = await readSnapshot(db, snapshotMs, async (snapshot) => {
    const tenant = await readTenant(snapshot, bulk.tenantId)
    for await (const leadIds of pagesOfBulk(snapshot, tenant, bulk, matching)) {
      if (signal?.aborted === true) return false
      if (!(await untilUnlocked(db, (tx) => collectLeads(tx, bulk, leadIds, leaseMs, clock())))) return false
    }
    return true
  })
  return isWhole && (await untilUnlocked(db, (tx) => closeCollection(tx, bulk)))
}

async function* pagesOfBulk(snapshot: Transaction, tenant: Tenant, bulk: TakenBulk, matching: MatchingLeads) {
  if (bulk.undoes !== null) yield* pagesOfChanged(snapshot, tenant, bulk.undoes)
  else if (bulk.selection.leads === 'matching') yield* pagesOfMatching(matching, snapshot, tenant, bulk.selection.filter, page)
}

async function* pagesOfChanged(snapshot: Transaction, { tenantId }: Tenant, bulkId: Buffer) {
  for (let after: Buffer | undefined; ;) {
    const leadIds = await changedByBulk(snapshot, tenantId, bulkId, after, page)
    if (leadIds.length === 0) return
    yield leadIds
    after = leadIds.at(-1)
  }
}

async function workUnits(context: BulkContext, bulk: TakenBulk, signal?: AbortSignal): Promise<void> {
  const endsAt = context.clock().getTime() + sliceMs
  const largest = bulk.change.change === 'follow_up' ? largestFollowUpUnit : largestUnit
  let size = largest
  while (signal?.aborted !== true && context.clock().getTime() < endsAt) {
    const unit = await workUnit(context, bulk, size)
    if (unit === 'broken') size = Math.max(1, Math.floor(size / 4))
    else if (unit !== 'more') return
    else size = Math.min(largest, size * 2)
  }
}

/** Works on one unit. `broken`: it failed for a reason of its own, try a smaller one; a single lead that fails so is left out, with that as its result. */
async function workUnit({ db, log, leaseMs, clock }: BulkContext, bulk: TakenBulk, size: number): Promise<BulkUnit | 'broken'> {
  try {
    return await untilUnlocked(db, (tx) => workBulkUnit(tx, bulk, size, leaseMs, clock()))
  } catch (error) {
    if (failureOf(error) !== 'unknown') throw error
    if (size > 1) return 'broken'
    log.error({ bulk: bulk.bulkId.toString('hex'), err: error }, 'a lead of a bulk action could not be changed and is left out')
    const failed = { code: 'unknown-failure', reason: 'The lead could not be changed for a reason that is ours; it is written in the log.' }
    return await untilUnlocked(db, (tx) => workBulkUnit(tx, bulk, 1, leaseMs, clock(), failed))
  }
}
