import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import { applyBulkChange, type AppliedChange } from './apply-bulk-change.ts'
import { addLeadsToBulk, type BulkRequest, type BulkState } from './bulk-actions.ts'
import { readTenant } from './tenants.ts'

/** A bulk action that a loop has taken. `claim` is its proof: nobody else may work on it while the loop goes on renewing it. */
export type TakenBulk = BulkRequest & { tenantId: number; bulkId: Buffer; undoes: Buffer | null; state: BulkState; claim: Buffer }

/** How a unit of a bulk action ended. `lost`: it is somebody else's by now, or cancelled. */
export type BulkUnit = 'more' | 'done' | 'lost'

type Row = {
  tenant_id: number
  bulk_id: Buffer
  state: BulkState
  request: string
  actor: string
  undoes_bulk_id: Buffer | null
  claim: Buffer | null
  position: Buffer | null
}

const columns =
  'bulk_actions.tenant_id, bulk_actions.bulk_id, bulk_actions.state, bulk_actions.request, bulk_actions.actor, bulk_actions.undoes_bulk_id, bulk_actions.claim, bulk_actions.position'

/** Takes the bulk action that has waited longest, if any; nobody else gets it until `leaseMs` from now. One whose taker died comes up again then. */
export async function takeDueBulk(tx: Transaction, claim: Buffer, leaseMs: number, now: Date): Promise<TakenBulk | undefined> {
  const [row] = await tx.select<Row>(
    `SELECT ${columns} FROM bulk_actions WHERE bulk_actions.due_at <= ? ORDER BY bulk_actions.due_at LIMIT 1 FOR UPDATE`,
    [now],
  )
  if (row === undefined) return undefined
  await tx.execute('UPDATE bulk_actions SET claim = ?, due_at = ? WHERE tenant_id = ? AND bulk_id = ?', [
    claim,
    new Date(now.getTime() + leaseMs),
    row.tenant_id,
    row.bulk_id,
  ])
  const { tenant_id, bulk_id, undoes_bulk_id, state, request } = row
  return { tenantId: tenant_id, bulkId: bulk_id, undoes: undoes_bulk_id, state, claim, ...(JSON.parse(request) as BulkRequest) }
}

/** Gives a bulk action back, so that it is taken again behind those that wait; no matter if somebody else has it. */
export async function releaseBulk(tx: Transaction, { tenantId, bulkId, claim }: TakenBulk, now: Date): Promise<void> {
  await tx.execute('UPDATE bulk_actions SET claim = NULL, due_at = ? WHERE tenant_id = ? AND bulk_id = ? AND claim = ?', [
    now,
    tenantId,
    bulkId,
    claim,
  ])
}

/** Forgets up to `limit` leads that an earlier taker had collected before it died; answers whether there may be more. */
export async function forgetCollected(tx: Transaction, bulk: TakenBulk, limit: number): Promise<boolean> {
  if ((await lockTaken(tx, bulk, 'collecting')) === undefined) return false
  const of = [bulk.tenantId, bulk.bulkId]
  await tx.execute('UPDATE bulk_actions SET leads_total = 0 WHERE tenant_id = ? AND bulk_id = ?', of)
  return (await tx.execute(`DELETE FROM bulk_results WHERE tenant_id = ? AND bulk_id = ? LIMIT ${Math.trunc(limit)}`, of)) > 0
}

/** Writes down a page of the leads that a bulk action is about; answers false when it is no longer ours. */
export async function collectLeads(
  tx: Transaction,
  bulk: TakenBulk,
  leadIds: readonly Buffer[],
  leaseMs: number,
  now: Date,
): Promise<boolean> {
  if ((await lockTaken(tx, bulk, 'collecting')) === undefined) return false
  await addLeadsToBulk(tx, bulk.tenantId, bulk.bulkId, leadIds)
  await tx.execute('UPDATE bulk_actions SET leads_total = leads_total + ?, due_at = ? WHERE tenant_id = ? AND bulk_id = ?', [
    leadIds.length,
    new Date(now.getTime() + leaseMs),
    bulk.tenantId,
    bulk.bulkId,
  ])
  return true
}

/** Ends the collecting: from here on the leads of a bulk action are fixed. Answers false when it is no longer ours. */
export async function closeCollection(tx: Transaction, bulk: TakenBulk): Promise<boolean> {
  if ((await lockTaken(tx, bulk, 'collecting')) === undefined) return false
  await tx.execute("UPDATE bulk_actions SET state = 'running' WHERE tenant_id = ? AND bulk_id = ?", [bulk.tenantId, bulk.bulkId])
  return true
}

/** Ends a bulk action whose leads cannot be found: none has been changed. */
export async function failBulk(tx: Transaction, bulk: TakenBulk, reason: string, now: Date): Promise<void> {
  if ((await lockTaken(tx, bulk, 'collecting')) === undefined) return
  await tx.execute(
    "UPDATE bulk_actions SET state = 'failed', due_at = NULL, claim = NULL, reason = ?, finished_at = ? WHERE tenant_id = ? AND bulk_id = ?",
    [reason.slice(0, 500), now, bulk.tenantId, bulk.bulkId],
  )
}

/** The ids of the leads that a bulk action changed, `limit` at most, behind `after`. */
export async function changedByBulk(
  tx: Transaction,
  tenantId: number,
  bulkId: Buffer,
  after: Buffer | undefined,
  limit: number,
): Promise<Buffer[]> {
  const rows = await tx.select<{ lead_id: Buffer }>(
    `SELECT bulk_results.lead_id FROM bulk_results WHERE bulk_results.tenant_id = ? AND bulk_results.bulk_id = ? AND bulk_results.lead_id > ? AND bulk_results.result = 'changed'
     ORDER BY bulk_results.lead_id LIMIT ${Math.trunc(limit)}`,
    [tenantId, bulkId, after ?? Buffer.alloc(16)],
  )
  return rows.map(({ lead_id }) => lead_id)
}

/**
 * Changes the next `size` leads of a running bulk action, in the order of their ids, and writes what became of each, in one transaction: whatever crashes, a lead has its change and
 * its result, or neither. With `failed`, writes that as the result of the next lead instead of changing it.
 */
export async function workBulkUnit(
  tx: Transaction,
  bulk: TakenBulk,
  size: number,
  leaseMs: number,
  now: Date,
  failed?: { code: string; reason: string },
): Promise<BulkUnit> {
  const row = await lockTaken(tx, bulk, 'running')
  if (row === undefined) return 'lost'
  const leadIds = await nextLeads(tx, bulk, row.position, failed === undefined ? size : 1)
  if (leadIds.length === 0) {
    await tx.execute(
      "UPDATE bulk_actions SET state = 'done', due_at = NULL, claim = NULL, finished_at = ? WHERE tenant_id = ? AND bulk_id = ?",
      [now, bulk.tenantId, bulk.bulkId],
    )
    return 'done'
  }
  const applied =
    failed === undefined
      ? await applyBulkChange(tx, await readTenant(tx, bulk.tenantId), row.actor, bulk, leadIds, now)
      : leadIds.map((leadId): AppliedChange => ({ leadId, result: 'refused', ...failed }))
  await writeResults(tx, bulk, applied)
  const count = (result: AppliedChange['result']) => applied.filter((one) => one.result === result).length
  await tx.execute(
    'UPDATE bulk_actions SET position = ?, leads_changed = leads_changed + ?, leads_unchanged = leads_unchanged + ?, leads_refused = leads_refused + ?, due_at = ? WHERE tenant_id = ? AND bulk_id = ?',
    [
      leadIds.at(-1) ?? null,
      count('changed'),
      count('unchanged'),
      count('refused'),
      new Date(now.getTime() + leaseMs),
      bulk.tenantId,
      bulk.bulkId,
    ],
  )
  return 'more'
}

async function lockTaken(tx: Transaction, { tenantId, bulkId, claim }: TakenBulk, state: BulkState): Promise<Row | undefined> {
  const [row] = await tx.select<Row>(
    `SELECT ${columns} FROM bulk_actions WHERE bulk_actions.tenant_id = ? AND bulk_actions.bulk_id = ? FOR UPDATE`,
    [tenantId, bulkId],
  )
  return row?.claim?.equals(claim) === true && row.state === state ? row : undefined
}

async function nextLeads(tx: Transaction, { tenantId, bulkId }: TakenBulk, position: Buffer | null, size: number): Promise<Buffer[]> {
  const rows = await tx.select<{ lead_id: Buffer }>(
    `SELECT bulk_results.lead_id FROM bulk_results WHERE bulk_results.tenant_id = ? AND bulk_results.bulk_id = ? AND bulk_results.lead_id > ? ORDER BY bulk_results.lead_id LIMIT ${Math.trunc(size)}`,
    [tenantId, bulkId, position ?? Buffer.alloc(16)],
  )
  return rows.map(({ lead_id }) => lead_id)
}

async function writeResults(tx: Transaction, { tenantId, bulkId }: TakenBulk, applied: readonly AppliedChange[]): Promise<void> {
  const rows = applied.map((one): SqlRow => [
    tenantId,
    bulkId,
    one.leadId,
    one.result,
    one.result === 'refused' ? null : one.sequence,
    one.result === 'changed' ? JSON.stringify(one.undo) : null,
    one.result === 'refused' ? one.code : null,
    one.result === 'refused' ? one.reason.slice(0, 500) : null,
  ])
  const written = ['result', 'sequence', 'lead_before', 'code', 'reason']
  await tx.insert(
    'bulk_results',
    ['tenant_id', 'bulk_id', 'lead_id', ...written],
    rows,
    written.map((column) => `${column} = VALUES(${column})`).join(', '),
  )
}
