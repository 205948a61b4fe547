import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import {
  failExport,
  finishExport,
  releaseExport,
  removeExportParts,
  settleExport,
  takeDueExport,
  writeExportPart,
  type TakenExport,
} from '../../leads/make-export.ts'
import { Refusal } from '../../leads/refusal.ts'
import { readTenant } from '../../leads/tenants.ts'
import { failureOf } from '../../platform/errors.ts'
import { readSnapshot } from '../../platform/mysql/transaction.ts'
import type { MatchingLeads } from '../matching-leads.ts'
import { untilUnlocked } from '../until-unlocked.ts'
import { exportColumns } from './export-columns.ts'
import { exportPages, LostExport } from './export-pages.ts'
import { manifestOf } from './manifest.ts'
import { writeCsv } from './write-csv.ts'
import { writeXlsx } from './write-xlsx.ts'

export type ExportContext = {
  db: Knex
  log: Logger
  matching: MatchingLeads
  leaseMs: number
  clock(): Date
}

const partBytes = 1_000_000
const partsAtOnce = 20
const snapshotMs = 30 * 60_000
const againAfterMs = 10_000

/**
 * One turn of the export loop: takes the export that has waited longest and makes its file, or removes one whose day is over; answers whether there was one. Rows and bytes are held
 * a page and a part at a time. When it fails, the export begins anew some seconds later, five times at most.
 */
export async function runExport(context: ExportContext, signal?: AbortSignal): Promise<boolean> {
  const { db, leaseMs, clock } = context
  const taken = await untilUnlocked(db, (tx) => takeDueExport(tx, randomBytes(16), leaseMs, clock()))
  if (taken === undefined) return false
  while (await untilUnlocked(db, (tx) => removeExportParts(tx, taken, partsAtOnce)));
  if (taken.state !== 'running') {
    await untilUnlocked(db, (tx) => settleExport(tx, taken, clock()))
    return true
  }
  try {
    await makeFile(context, taken, signal)
  } catch (error) {
    await giveUp(context, taken, error, signal)
  }
  return true
}

async function giveUp({ db, log, clock }: ExportContext, taken: TakenExport, error: unknown, signal?: AbortSignal): Promise<void> {
  const isStopping = signal?.aborted === true
  // Deleted, or somebody else's by now.
  if (error instanceof LostExport && !isStopping) return
  if (error instanceof Refusal) return await untilUnlocked(db, (tx) => failExport(tx, taken, error.message, clock()))
  const isOwnFault = !isStopping && failureOf(error) !== 'transient'
  if (isOwnFault)
    log.error({ export: taken.exportId.toString('hex'), attempts: taken.attempts, err: error }, 'an export failed and begins anew')
  const dueAt = new Date(clock().getTime() + (isStopping ? 0 : againAfterMs))
  await untilUnlocked(db, (tx) => releaseExport(tx, taken, taken.attempts - (isOwnFault ? 0 : 1), dueAt))
}

async function makeFile(context: ExportContext, taken: TakenExport, signal?: AbortSignal): Promise<void> {
  const { db, clock } = context
  const { request } = taken
  // Taken before the snapshot, so that the file holds everything that was committed by then.
  const snapshotAt = clock()
  await readSnapshot(db, snapshotMs, async (snapshot) => {
    const tenant = await readTenant(snapshot, taken.tenantId)
    const columns = exportColumns(tenant, request.timeZone)
    const counts = { rows: 0, notFound: 0 }
    const sheet = {
      headers: columns.map(({ header }) => header),
      pages: exportPages(context, snapshot, tenant, taken, columns, counts, signal),
    }
    const file = request.format === 'csv' ? writeCsv(sheet, request.escaping) : writeXlsx(sheet, 'Leads')
    const sum = createHash('sha256')
    let bytes = 0
    let part = 0
    for await (const content of cutIntoParts(file.bytes)) {
      sum.update(content)
      bytes += content.length
      const number = part++
      if (!(await untilUnlocked(db, (tx) => writeExportPart(tx, taken, number, content)))) throw new LostExport()
    }
    const manifest = manifestOf(tenant, taken, columns, { ...counts, ...file.notes, bytes, sha256: sum.digest('hex'), snapshotAt })
    await untilUnlocked(db, (tx) => finishExport(tx, taken, manifest, clock()))
  })
}

async function* cutIntoParts(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      const piece = chunk.subarray(from, from + partBytes - size)
      held.push(piece)
      size += piece.length
      from += piece.length
      if (size < partBytes) continue
      yield Buffer.concat(held)
      held = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(held)
}
