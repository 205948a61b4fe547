import type { Transaction } from '../platform/mysql/transaction.ts'
import type { ExportManifest, ExportRequest, ExportState } from './exports.ts'

/** An export that a loop has taken. `claim` is its proof: nobody else may write its file while the loop goes on renewing it. */
export type TakenExport = {
  tenantId: number
  exportId: Buffer
  state: ExportState
  request: ExportRequest
  requestedAt: number
  attempts: number
  claim: Buffer
}

type Row = {
  tenant_id: number
  export_id: Buffer
  state: ExportState
  request: string
  requested_at: number
  attempts: number
}

const keptMs = 24 * 3_600_000
const mostAttempts = 5

/**
 * Takes the export that has waited longest for somebody, if any: to make its file, or, when it is ready or expired, to remove it. Nobody else gets it until `leaseMs` from now. One that
 * has been begun five times fails instead.
 */
export async function takeDueExport(tx: Transaction, claim: Buffer, leaseMs: number, now: Date): Promise<TakenExport | undefined> {
  const [row] = await tx.select<Row>(
    'SELECT exports.tenant_id, exports.export_id, exports.state, exports.request, exports.requested_at, exports.attempts FROM exports WHERE exports.due_at <= ? ORDER BY exports.due_at LIMIT 1 FOR UPDATE',
    [now],
  )
  if (row === undefined) return undefined
  const state = nextState(row)
  await tx.execute(
    'UPDATE exports SET state = ?, claim = ?, due_at = ?, attempts = attempts + 1, rows_total = IF(? = 1, NULL, rows_total), rows_done = IF(? = 1, 0, rows_done), reason = COALESCE(reason, ?) WHERE tenant_id = ? AND export_id = ?',
    [
      state,
      claim,
      new Date(now.getTime() + leaseMs),
      Number(state === 'running'),
      Number(state === 'running'),
      state === 'failed'
        ? 'The file was begun five times and never finished. Ask for fewer leads, or tell whoever runs the service.'
        : null,
      row.tenant_id,
      row.export_id,
    ],
  )
  return {
    tenantId: row.tenant_id,
    exportId: row.export_id,
    state,
    request: JSON.parse(row.request) as ExportRequest,
    requestedAt: row.requested_at,
    attempts: row.attempts + 1,
    claim,
  }
}

function nextState({ state, attempts }: Row): ExportState {
  if (state === 'ready' || state === 'expired') return 'expired'
  return state === 'failed' || attempts >= mostAttempts ? 'failed' : 'running'
}

/** Removes up to `limit` parts of a file; answers whether there may be more. For one that holds the claim. */
export async function removeExportParts(tx: Transaction, taken: TakenExport, limit: number): Promise<boolean> {
  if (!(await isStillOurs(tx, taken))) return false
  const removed = await tx.execute(`DELETE FROM export_parts WHERE tenant_id = ? AND export_id = ? LIMIT ${Math.trunc(limit)}`, [
    taken.tenantId,
    taken.exportId,
  ])
  return removed > 0
}

/** Says how far an export is and renews the claim; answers false when it is no longer ours. */
export async function reportExport(
  tx: Transaction,
  taken: TakenExport,
  rows: { done: number; total: number },
  leaseMs: number,
  now: Date,
): Promise<boolean> {
  if (!(await isStillOurs(tx, taken))) return false
  await tx.execute('UPDATE exports SET rows_done = ?, rows_total = ?, due_at = ? WHERE tenant_id = ? AND export_id = ?', [
    rows.done,
    rows.total,
    new Date(now.getTime() + leaseMs),
    taken.tenantId,
    taken.exportId,
  ])
  return true
}

/** Writes a part of the file, at most 1 MB; answers false when the export is no longer ours. */
export async function writeExportPart(tx: Transaction, taken: TakenExport, part: number, content: Buffer): Promise<boolean> {
  if (!(await isStillOurs(tx, taken))) return false
  await tx.insert('export_parts', ['tenant_id', 'export_id', 'part', 'content'], [[taken.tenantId, taken.exportId, part, content]])
  return true
}

/** The file is whole: it can be read for a day. Answers false when the export is no longer ours. */
export async function finishExport(tx: Transaction, taken: TakenExport, manifest: ExportManifest, now: Date): Promise<boolean> {
  if (!(await isStillOurs(tx, taken))) return false
  await tx.execute(
    "UPDATE exports SET state = 'ready', claim = NULL, due_at = ?, finished_at = ?, rows_done = ?, rows_total = ?, file_bytes = ?, manifest = ? WHERE tenant_id = ? AND export_id = ?",
    [
      new Date(now.getTime() + keptMs),
      now,
      manifest.rows,
      manifest.rows,
      manifest.bytes,
      JSON.stringify(manifest),
      taken.tenantId,
      taken.exportId,
    ],
  )
  return true
}

/** Gives an export back: it begins anew, at `dueAt`; `attempts` counts how often that was its own fault. */
export async function releaseExport(tx: Transaction, taken: TakenExport, attempts: number, dueAt: Date): Promise<void> {
  if (!(await isStillOurs(tx, taken))) return
  await tx.execute("UPDATE exports SET state = 'queued', claim = NULL, attempts = ?, due_at = ? WHERE tenant_id = ? AND export_id = ?", [
    attempts,
    dueAt,
    taken.tenantId,
    taken.exportId,
  ])
}

/** Ends an export whose file cannot be made; its parts are removed next. */
export async function failExport(tx: Transaction, taken: TakenExport, reason: string, now: Date): Promise<void> {
  if (!(await isStillOurs(tx, taken))) return
  await tx.execute(
    "UPDATE exports SET state = 'failed', claim = NULL, due_at = ?, reason = ?, finished_at = ? WHERE tenant_id = ? AND export_id = ?",
    [now, reason.slice(0, 500), now, taken.tenantId, taken.exportId],
  )
}

/** Nobody has to look at the export any more: its parts are gone. */
export async function settleExport(tx: Transaction, taken: TakenExport, now: Date): Promise<void> {
  if (!(await isStillOurs(tx, taken))) return
  await tx.execute(
    'UPDATE exports SET claim = NULL, due_at = NULL, finished_at = COALESCE(finished_at, ?) WHERE tenant_id = ? AND export_id = ?',
    [now, taken.tenantId, taken.exportId],
  )
}

async function isStillOurs(tx: Transaction, { tenantId, exportId, claim }: TakenExport): Promise<boolean> {
  const [row] = await tx.select<{ claim: Buffer | null }>(
    'SELECT exports.claim FROM exports WHERE exports.tenant_id = ? AND exports.export_id = ? FOR UPDATE',
    [tenantId, exportId],
  )
  return row?.claim?.equals(claim) === true
}
