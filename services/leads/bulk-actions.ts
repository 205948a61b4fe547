import { randomBytes } from 'node:crypto'
import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import type { Actor } from './change-leads.ts'
import type { LeadChange } from './decide-change.ts'
import { idFromEvent, uuidOf } from './event-identity.ts'
import type { FollowUpPlan } from './follow-ups.ts'
import { visibleFrom } from './plan.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'

// A bulk action that is given its leads starts `running`; one over a filter, and an undo, starts `collecting`: its leads are written down first, and stay the same whatever happens to
// leads meanwhile. Then units of leads are changed until it is `done`, or somebody has `cancelled` it. One whose leads cannot be found has `failed`, with a reason.
export type BulkState = 'collecting' | 'running' | 'done' | 'cancelled' | 'failed'

/** What is done to each lead. `undo` puts back what another bulk action changed. */
export type BulkChange =
  | Omit<LeadChange & { change: 'status' }, 'score'>
  | (LeadChange & { change: 'assignee' })
  | { change: 'follow_up'; plan: FollowUpPlan }
  | { change: 'undo' }

/** Which leads: `listed`, or all that match a filter. */
export type BulkSelection<Filter = unknown> = { leads: 'listed' } | { leads: 'matching'; filter: Filter }

export type BulkRequest = { change: BulkChange; selection: BulkSelection }

/** A bulk action as people see it; `waiting` leads of a cancelled one are never changed. Times are milliseconds since 1970. */
export type BulkAction = BulkRequest & {
  bulkId: string
  state: BulkState
  actor: Actor
  requestedAt: number
  finishedAt: number | null
  reason: string | null
  undoes: string | null
  undoneBy: string | null
  counts: { total: number; changed: number; unchanged: number; refused: number; waiting: number }
}

/** What became of one lead. `sequence` is the number of the last row that the change made in its history. */
export type BulkResult = {
  leadId: string
  result: 'waiting' | 'changed' | 'unchanged' | 'refused'
  sequence: number | null
  code: string | null
  reason: string | null
}

/** Starts a bulk action over these leads, each counted once; the bulk loop does the rest. Answers its id. */
export async function startBulkOfLeads(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  change: Exclude<BulkChange, { change: 'undo' }>,
  leadIds: readonly Buffer[],
  now: Date,
): Promise<Buffer> {
  const distinct = [...new Map(leadIds.map((id) => [id.toString('latin1'), id])).values()]
  const bulkId = newId('bulk', tenant, now)
  const request: BulkRequest = { change, selection: { leads: 'listed' } }
  await insertBulk(tx, tenant, bulkId, 'running', request, actor, null, distinct.length, now)
  await addLeadsToBulk(tx, tenant.tenantId, bulkId, distinct)
  return bulkId
}

/** Starts a bulk action over all leads that match `filter` when the bulk loop comes to it. Answers its id. */
export async function startBulkOfMatching<Filter>(
  tx: Transaction,
  tenant: Tenant,
  actor: Actor,
  change: Exclude<BulkChange, { change: 'undo' }>,
  filter: Filter,
  now: Date,
): Promise<Buffer> {
  const bulkId = newId('bulk', tenant, now)
  await insertBulk(tx, tenant, bulkId, 'collecting', { change, selection: { leads: 'matching', filter } }, actor, null, 0, now)
  return bulkId
}

/**
 * Starts the one undo of a bulk action that has ended: each lead that it changed is put back to what it was, unless somebody has changed it since. Answers the id of the undo.
 * Throws `bulk-not-found`, `bulk-running`, and `bulk-not-undoable` for an undo and for what has been undone before.
 */
export async function startUndo(tx: Transaction, tenant: Tenant, actor: Actor, bulkId: Buffer, now: Date): Promise<Buffer> {
  const bulk = await lockBulk(tx, tenant.tenantId, bulkId)
  if (bulk.state === 'collecting' || bulk.state === 'running')
    throw new Refusal('bulk-running', 'The bulk action is still at work: cancel it or wait until it is done, then undo it.')
  if (bulk.undoes !== null) throw new Refusal('bulk-not-undoable', 'This is an undo: it cannot be undone. Start a new bulk action.')
  if (bulk.undoneBy !== null) throw new Refusal('bulk-not-undoable', 'The bulk action has been undone before, which can be done once.')
  const undoId = newId('bulk', tenant, now)
  const request: BulkRequest = { change: { change: 'undo' }, selection: { leads: 'listed' } }
  await insertBulk(tx, tenant, undoId, 'collecting', request, actor, bulkId, 0, now)
  return undoId
}

/** Stops a bulk action: leads that it has not come to stay as they are. What it has changed stays changed, and can be undone. Throws `bulk-not-found` and `bulk-ended`. */
export async function cancelBulk(tx: Transaction, tenantId: number, bulkId: Buffer, now: Date): Promise<void> {
  const bulk = await lockBulk(tx, tenantId, bulkId)
  if (bulk.state !== 'collecting' && bulk.state !== 'running')
    throw new Refusal('bulk-ended', `The bulk action is ${bulk.state} already: undo it instead.`)
  await tx.execute(
    "UPDATE bulk_actions SET state = 'cancelled', due_at = NULL, claim = NULL, finished_at = ? WHERE tenant_id = ? AND bulk_id = ?",
    [now, tenantId, bulkId],
  )
}

/** The bulk action with this id. Throws `bulk-not-found`. */
export async function readBulk(tx: Transaction, tenantId: number, bulkId: Buffer): Promise<BulkAction> {
  return await selectBulk(tx, tenantId, bulkId, '')
}

/** The newest bulk actions of a tenant, `limit` at most, behind `after`. */
export async function listBulks(tx: Transaction, tenantId: number, after: Buffer | undefined, limit: number): Promise<BulkAction[]> {
  const rows = await tx.select<Row>(
    `${selected} WHERE bulk_actions.tenant_id = ? AND bulk_actions.bulk_id < ? ORDER BY bulk_actions.bulk_id DESC LIMIT ${Math.trunc(limit)}`,
    [tenantId, after ?? Buffer.alloc(16, 255)],
  )
  return rows.map(toBulk)
}

/** Results of a bulk action in the order of the leads' ids, `limit` at most, behind the lead `after`; with `result`, those only. Leads that the plan hides by now are left out. */
export async function listBulkResults(
  tx: Transaction,
  tenant: Tenant,
  bulkId: Buffer,
  result: BulkResult['result'] | undefined,
  after: Buffer | undefined,
  limit: number,
): Promise<BulkResult[]> {
  const from = await visibleFrom(tx, tenant)
  const only = result === undefined ? '' : 'AND bulk_results.result = ?'
  const rows = await tx.select<Omit<BulkResult, 'leadId'> & { lead_id: Buffer }>(
    `SELECT bulk_results.lead_id, bulk_results.result, bulk_results.sequence, bulk_results.code, bulk_results.reason FROM bulk_results
     WHERE bulk_results.tenant_id = ? AND bulk_results.bulk_id = ? AND bulk_results.lead_id >= ? AND bulk_results.lead_id > ? ${only} ORDER BY bulk_results.lead_id LIMIT ${Math.trunc(limit)}`,
    [tenant.tenantId, bulkId, from, after ?? Buffer.alloc(16), ...(result === undefined ? [] : [result])],
  )
  return rows.map(({ lead_id, ...row }) => ({ leadId: uuidOf(lead_id), ...row }))
}

/** Writes down leads of a bulk action, each with the result `waiting`. */
export async function addLeadsToBulk(tx: Transaction, tenantId: number, bulkId: Buffer, leadIds: readonly Buffer[]): Promise<void> {
  const rows = [...leadIds].sort(Buffer.compare).map((leadId): SqlRow => [tenantId, bulkId, leadId, 'waiting'])
  await tx.insert('bulk_results', ['tenant_id', 'bulk_id', 'lead_id', 'result'], rows)
}

type Row = {
  bulk_id: Buffer
  state: BulkState
  request: string
  actor: string
  requested_at: number
  finished_at: number | null
  reason: string | null
  undoes_bulk_id: Buffer | null
  undone_by: Buffer | null
  leads_total: number
  leads_changed: number
  leads_unchanged: number
  leads_refused: number
}

const selected = `SELECT bulk_actions.bulk_id, bulk_actions.state, bulk_actions.request, bulk_actions.actor, bulk_actions.requested_at, bulk_actions.finished_at, bulk_actions.reason, bulk_actions.undoes_bulk_id,
  undoing.bulk_id AS undone_by, bulk_actions.leads_total, bulk_actions.leads_changed, bulk_actions.leads_unchanged, bulk_actions.leads_refused
  FROM bulk_actions LEFT JOIN bulk_actions AS undoing ON undoing.tenant_id = bulk_actions.tenant_id AND undoing.undoes_bulk_id = bulk_actions.bulk_id`

const lockBulk = (tx: Transaction, tenantId: number, bulkId: Buffer) => selectBulk(tx, tenantId, bulkId, 'FOR UPDATE')

async function selectBulk(tx: Transaction, tenantId: number, bulkId: Buffer, lock: '' | 'FOR UPDATE'): Promise<BulkAction> {
  const [row] = await tx.select<Row>(`${selected} WHERE bulk_actions.tenant_id = ? AND bulk_actions.bulk_id = ? ${lock}`, [
    tenantId,
    bulkId,
  ])
  if (row === undefined) throw new Refusal('bulk-not-found', 'There is no such bulk action.')
  return toBulk(row)
}

async function insertBulk(
  tx: Transaction,
  { tenantId }: Tenant,
  bulkId: Buffer,
  state: BulkState,
  request: BulkRequest,
  actor: Actor,
  undoes: Buffer | null,
  total: number,
  now: Date,
): Promise<void> {
  await tx.insert(
    'bulk_actions',
    ['tenant_id', 'bulk_id', 'state', 'request', 'actor', 'undoes_bulk_id', 'leads_total', 'requested_at', 'due_at'],
    [[tenantId, bulkId, state, JSON.stringify(request), actor, undoes, total, now, now]],
  )
}

/** A new id that sorts by time. */
export const newId = (what: string, tenant: Tenant, now: Date) => idFromEvent(what, tenant.slug, now.getTime(), randomBytes(32))

const toBulk = (row: Row): BulkAction => ({
  ...(JSON.parse(row.request) as BulkRequest),
  bulkId: uuidOf(row.bulk_id),
  state: row.state,
  actor: row.actor,
  requestedAt: row.requested_at,
  finishedAt: row.finished_at,
  reason: row.reason,
  undoes: row.undoes_bulk_id === null ? null : uuidOf(row.undoes_bulk_id),
  undoneBy: row.undone_by === null ? null : uuidOf(row.undone_by),
  counts: {
    total: row.leads_total,
    changed: row.leads_changed,
    unchanged: row.leads_unchanged,
    refused: row.leads_refused,
    waiting: row.leads_total - row.leads_changed - row.leads_unchanged - row.leads_refused,
  },
})
