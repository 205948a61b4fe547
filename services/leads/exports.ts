import type { Transaction } from '../platform/mysql/transaction.ts'
import { newId } from './bulk-actions.ts'
import type { Actor } from './change-leads.ts'
import { uuidOf } from './event-identity.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'

// An export is `queued`, then `running` until its file is whole and it is `ready`, or `failed` with a reason. A file is kept for a day, then the export is `expired`; a deleted one is so
// at once. What runs when its process dies begins anew: the moment that it showed is gone.
export type ExportState = 'queued' | 'running' | 'ready' | 'failed' | 'expired'

/** Which leads: those listed, by their ids in text form and in this order, or all that match a filter, newest first. */
export type ExportSelection = { leads: 'listed'; leadIds: string[] } | { leads: 'matching'; filter: unknown }

/** What is to be written how. `timeZone` is that of the times in the file; `escaping` concerns CSV only. */
export type ExportRequest = { format: 'csv' | 'xlsx'; escaping: 'safe' | 'raw'; timeZone: string; selection: ExportSelection }

/** What a finished file holds, so that a reader can check it. `notFound` counts listed leads that were not there; `guardedCells` and `shortenedCells` what had to be done to texts. */
export type ExportManifest = {
  fileName: string
  contentType: string
  bytes: number
  sha256: string
  rows: number
  notFound: number
  snapshotAt: number
  timeZone: string
  columns: { key: string; header: string }[]
  selection: ExportSelection
  escaping: { mode: 'safe' | 'raw' | 'typed'; explanation: string; guardedCells: number; shortenedCells: number }
}

/** An export as people see it. Times are milliseconds since 1970; `expiresAt` is set while it is ready. */
export type Export = {
  exportId: string
  state: ExportState
  request: ExportRequest
  requestedBy: Actor
  requestedAt: number
  rowsTotal: number | null
  rowsDone: number
  fileBytes: number
  manifest: ExportManifest | null
  reason: string | null
  finishedAt: number | null
  expiresAt: number | null
}

const mostUnfinished = 5

/** Queues an export; the export loop does the rest. Answers its id. Throws `too-many-exports` when five of the tenant's are under way. */
export async function requestExport(tx: Transaction, tenant: Tenant, actor: Actor, request: ExportRequest, now: Date): Promise<Buffer> {
  const [row] = await tx.select<{ unfinished: number }>(
    "SELECT COUNT(*) AS unfinished FROM exports WHERE exports.tenant_id = ? AND exports.state IN ('queued', 'running')",
    [tenant.tenantId],
  )
  if (Number(row?.unfinished ?? 0) >= mostUnfinished)
    throw new Refusal('too-many-exports', `${mostUnfinished} exports are under way already: wait for one or delete one.`)
  const exportId = newId('export', tenant, now)
  await tx.insert(
    'exports',
    ['tenant_id', 'export_id', 'state', 'request', 'requested_by', 'requested_at', 'due_at'],
    [[tenant.tenantId, exportId, 'queued', JSON.stringify(request), actor, now, now]],
  )
  return exportId
}

/** The export with this id. Throws `export-not-found`. */
export async function readExport(tx: Transaction, tenantId: number, exportId: Buffer): Promise<Export> {
  const [row] = await tx.select<Row>(`${selected} WHERE exports.tenant_id = ? AND exports.export_id = ?`, [tenantId, exportId])
  if (row === undefined) throw new Refusal('export-not-found', 'There is no such export.')
  return toExport(row)
}

/** The newest exports of a tenant, `limit` at most, behind `after`. */
export async function listExports(tx: Transaction, tenantId: number, after: Buffer | undefined, limit: number): Promise<Export[]> {
  const rows = await tx.select<Row>(
    `${selected} WHERE exports.tenant_id = ? AND exports.export_id < ? ORDER BY exports.export_id DESC LIMIT ${Math.trunc(limit)}`,
    [tenantId, after ?? Buffer.alloc(16, 255)],
  )
  return rows.map(toExport)
}

/** Stops an export that is under way, and takes back the file of one that is ready; the export loop removes its bytes. Throws `export-not-found`. */
export async function deleteExport(tx: Transaction, tenantId: number, exportId: Buffer, now: Date): Promise<void> {
  const { state } = await readExport(tx, tenantId, exportId)
  if (state === 'failed' || state === 'expired') return
  await tx.execute(
    "UPDATE exports SET state = 'expired', claim = NULL, due_at = ?, finished_at = ? WHERE tenant_id = ? AND export_id = ?",
    [now, now, tenantId, exportId],
  )
}

/** One part of the file of an export, counted from 0; undefined behind the last one. */
export async function readExportPart(tx: Transaction, tenantId: number, exportId: Buffer, part: number): Promise<Buffer | undefined> {
  const [row] = await tx.select<{ content: Buffer }>(
    'SELECT export_parts.content FROM export_parts WHERE export_parts.tenant_id = ? AND export_parts.export_id = ? AND export_parts.part = ?',
    [tenantId, exportId, part],
  )
  return row?.content
}

type Row = {
  export_id: Buffer
  state: ExportState
  request: string
  requested_by: string
  requested_at: number
  due_at: number | null
  rows_total: number | null
  rows_done: number
  file_bytes: number
  manifest: string | null
  reason: string | null
  finished_at: number | null
}

const selected =
  'SELECT exports.export_id, exports.state, exports.request, exports.requested_by, exports.requested_at, exports.due_at, exports.rows_total, exports.rows_done, exports.file_bytes, exports.manifest, exports.reason, exports.finished_at FROM exports'

const toExport = (row: Row): Export => ({
  exportId: uuidOf(row.export_id),
  state: row.state,
  request: JSON.parse(row.request) as ExportRequest,
  requestedBy: row.requested_by,
  requestedAt: row.requested_at,
  rowsTotal: row.rows_total,
  rowsDone: row.rows_done,
  fileBytes: Number(row.file_bytes),
  manifest: row.manifest === null ? null : (JSON.parse(row.manifest) as ExportManifest),
  reason: row.reason,
  finishedAt: row.finished_at,
  expiresAt: row.state === 'ready' ? row.due_at : null,
})
