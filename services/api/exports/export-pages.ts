import type { Knex } from 'knex'
import { listUsers } from '../../accounts/user-store.ts'
import { uuidBytes } from '../../leads/event-identity.ts'
import { readExportRows } from '../../leads/export-rows.ts'
import type { ExportSelection } from '../../leads/exports.ts'
import { reportExport, type TakenExport } from '../../leads/make-export.ts'
import { visibleFrom } from '../../leads/plan.ts'
import type { Tenant } from '../../leads/tenants.ts'
import type { Transaction } from '../../platform/mysql/transaction.ts'
import { pagesOfMatching, type MatchingLeads } from '../matching-leads.ts'
import { untilUnlocked } from '../until-unlocked.ts'
import type { ExportColumn } from './export-columns.ts'
import type { Cell } from './sheet.ts'

/** The export was taken from us, deleted, or is to stop. */
export class LostExport extends Error {}

type Context = { db: Knex; matching: MatchingLeads; leaseMs: number; clock(): Date }

const page = 500
const countedPage = 5_000
const reportEveryMs = 1_000

/** The rows of an export, read from the snapshot page by page as the file asks for them; `counts` grows on the way. Reports progress every second, which renews the claim. */
export async function* exportPages(
  context: Context,
  snapshot: Transaction,
  tenant: Tenant,
  taken: TakenExport,
  columns: readonly ExportColumn[],
  counts: { rows: number; notFound: number },
  signal?: AbortSignal,
): AsyncGenerator<Cell[][]> {
  const { db, leaseMs, clock } = context
  const { selection } = taken.request
  const from = await visibleFrom(snapshot, tenant)
  const agents = new Map((await listUsers(snapshot, tenant.tenantId)).map(({ id, name }) => [id, name]))
  const total = await countLeads(context.matching, snapshot, tenant, selection)
  const report = async () => {
    const rows = { done: counts.rows, total }
    if (!(await untilUnlocked(db, (tx) => reportExport(tx, taken, rows, leaseMs, clock())))) throw new LostExport()
  }
  await report()
  let reportedAt = clock().getTime()
  for await (const leadIds of pagesOfIds(context.matching, snapshot, tenant, taken)) {
    if (signal?.aborted === true) throw new LostExport()
    const rows = await readExportRows(snapshot, tenant.tenantId, leadIds, from)
    counts.rows += rows.length
    counts.notFound += leadIds.length - rows.length
    yield rows.map((row) => columns.map(({ cell }) => cell(row, agents)))
    if (clock().getTime() - reportedAt < reportEveryMs) continue
    await report()
    reportedAt = clock().getTime()
  }
}

async function* pagesOfIds(matching: MatchingLeads, snapshot: Transaction, tenant: Tenant, { request: { selection } }: TakenExport) {
  if (selection.leads === 'listed') {
    const ids = [...new Set(selection.leadIds)].map(uuidBytes).filter((id) => id !== undefined)
    for (let from = 0; from < ids.length; from += page) yield ids.slice(from, from + page)
    return
  }
  yield* pagesOfMatching(matching, snapshot, tenant, selection.filter, page)
}

async function countLeads(matching: MatchingLeads, snapshot: Transaction, tenant: Tenant, selection: ExportSelection): Promise<number> {
  if (selection.leads === 'listed') return selection.leadIds.length
  let count = 0
  for await (const ids of pagesOfMatching(matching, snapshot, tenant, selection.filter, countedPage)) count += ids.length
  return count
}
