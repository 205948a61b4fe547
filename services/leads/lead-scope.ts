import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Branch, Condition, Fragment } from './lead-conditions.ts'
import type { LeadFilter } from './lead-filter.ts'
import { isLimited, visibleFrom } from './plan.ts'
import type { Tenant } from './tenants.ts'

/** The leads that a query may see: of one tenant, from the oldest that its plan shows, within the times asked for. Ids are bounds, both included. */
export type LeadScope = { tenantId: number; from: Buffer; to: Buffer; isWhole: boolean }

/** The scope of every query for `filter`. With `asOf`, no lead behind that one in time. */
export async function scopeOf(
  tx: Transaction,
  tenant: Pick<Tenant, 'tenantId' | 'plan'>,
  { openedFrom, openedTo }: LeadFilter,
  asOf?: Buffer | null,
): Promise<LeadScope> {
  const oldest = [await visibleFrom(tx, tenant), firstIdAt(openedFrom ?? 0)]
  const newest = [asOf ?? lastId, openedTo === undefined ? lastId : lastIdBefore(openedTo)]
  const from = oldest.reduce((a, b) => (Buffer.compare(a, b) > 0 ? a : b))
  const to = newest.reduce((a, b) => (Buffer.compare(a, b) < 0 ? a : b))
  return { tenantId: tenant.tenantId, from, to, isWhole: from.equals(firstId) && (openedTo === undefined || openedTo >= lastMs) }
}

/**
 * FROM and WHERE of every statement that finds leads: this tenant's rows of `branch`, within the scope, that pass every check. There is no other way to ask, so that none forgets
 * the tenant or the plan. Leads are joined where a check or the caller reads them.
 */
export function fromWhere(scope: LeadScope, branch: Branch, checks: readonly Condition[], readsLead: boolean): Fragment {
  const alias = branch.table === 'leads' ? 'leads' : 'entry'
  const id = idOf(branch)
  const joined = branch.table !== 'leads' && (readsLead || checks.some((check) => check.readsLead))
  // STRAIGHT_JOIN: the branch was chosen by counting; the optimizer only guesses.
  const join = joined ? ' STRAIGHT_JOIN leads ON leads.tenant_id = entry.tenant_id AND leads.lead_id = entry.lead_id' : ''
  const parts = [
    { sql: `${alias}.tenant_id = ? AND ${id} >= ? AND ${id} <= ?`, values: [scope.tenantId, scope.from, scope.to] },
    branch.where,
    ...checks.map((condition) => condition.check(id, joined || (branch.table === 'leads' && branch.index === 'PRIMARY'))),
  ]
  const name = branch.table === 'leads' ? 'leads' : `${branch.table} entry`
  return {
    sql: `FROM ${name} FORCE INDEX (${branch.index})${join} WHERE ${parts.map(({ sql }) => sql).join(' AND ')}`,
    values: parts.flatMap(({ values }) => values),
  }
}

/** The expression that names the lead of a branch's row. */
export const idOf = ({ table }: Branch) => (table === 'leads' ? 'leads.lead_id' : 'entry.lead_id')

/** Every lead in scope, in the order of ids. */
export const everyLead: Branch = { table: 'leads', index: 'PRIMARY', where: { sql: 'TRUE', values: [] }, isUnique: true }

const firstId = Buffer.alloc(16)
const lastId = Buffer.alloc(16, 0xff)
const lastMs = 2 ** 48 - 1

// A lead's id begins with the 48 bits of the time at which it was opened.
function firstIdAt(ms: number): Buffer {
  const id = Buffer.alloc(16)
  id.writeUIntBE(Math.min(lastMs, Math.max(0, Math.trunc(ms))), 0, 6)
  return id
}

function lastIdBefore(ms: number): Buffer {
  const id = Buffer.alloc(16, 0xff)
  id.writeUIntBE(Math.min(lastMs, Math.max(0, Math.ceil(ms) - 1)), 0, 6)
  return id
}

/** The newest lead of the tenant; undefined when it has none. */
export async function newestLead(tx: Transaction, { tenantId }: Pick<Tenant, 'tenantId'>): Promise<Buffer | undefined> {
  const [row] = await tx.select<{ lead_id: Buffer }>(
    'SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? ORDER BY leads.lead_id DESC LIMIT 1',
    [tenantId],
  )
  return row?.lead_id
}

/** Whether the tenant has leads that its plan hides. */
export async function hidesLeads(tx: Transaction, tenant: Pick<Tenant, 'tenantId' | 'plan'>): Promise<boolean> {
  if (!isLimited(tenant)) return false
  const from = await visibleFrom(tx, tenant)
  const rows = await tx.select('SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? AND leads.lead_id < ? LIMIT 1', [
    tenant.tenantId,
    from,
  ])
  return rows.length > 0
}
