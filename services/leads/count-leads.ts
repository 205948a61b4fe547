import type { SqlValue, Transaction } from '../platform/mysql/transaction.ts'
import type { LeadTotal } from './lead-cursor.ts'
import type { LeadFilter } from './lead-filter.ts'
import { scopeOf } from './lead-scope.ts'
import { planQuery, type QueryPlan } from './plan-query.ts'
import { countUpTo, matchingIds } from './read-places.ts'
import { tagLabels } from './submission.ts'
import type { Tenant } from './tenants.ts'

/** How many leads match; and how many would with each status chosen instead of those in the filter, and with each tag likewise. A count that is not exact is a lower limit. */
export type LeadCounts = {
  total: LeadTotal
  statuses: ({ status: string; label: string } & LeadTotal)[]
  tags: ({ tag: string; label: string } & LeadTotal)[]
}

const totalCap = 10_000
const choiceCap = 1_000

/** Counts the leads that match, exactly up to 10,000, and for each choice of the filter bar up to 1,000. Throws `search-too-long`. */
export async function countLeads(tx: Transaction, tenant: Tenant, filter: LeadFilter): Promise<LeadCounts> {
  const statuses = new Map(tenant.definition.statuses.map(({ name, label }) => [name, label]))
  const byStatus = await countChoices(tx, tenant, filter, 'statuses', [...statuses.keys()])
  const byTag = await countChoices(tx, tenant, filter, 'tags', Object.keys(tagLabels))
  return {
    total: await count(tx, tenant, filter, totalCap),
    statuses: [...statuses].map(([status, label]) => ({ status, label, ...(byStatus.get(status) ?? none) })),
    tags: Object.entries(tagLabels).map(([tag, label]) => ({ tag, label, ...(byTag.get(tag) ?? none) })),
  }
}

const none: LeadTotal = { count: 0, isExact: true }

async function countChoices(
  tx: Transaction,
  tenant: Tenant,
  filter: LeadFilter,
  list: 'statuses' | 'tags',
  choices: readonly string[],
): Promise<Map<string, LeadTotal>> {
  const others = { ...filter, [list]: undefined }
  const plan = await planQuery(tx, await scopeOf(tx, tenant, others), others, 'newest')
  if (plan === undefined) return new Map()
  if (plan.isFew) return await countTogether(tx, plan, list)
  const counts = new Map<string, LeadTotal>()
  for (const choice of choices) counts.set(choice, await count(tx, tenant, { ...filter, [list]: [choice] }, choiceCap))
  return counts
}

/** All choices in one pass over the leads that match otherwise. */
async function countTogether(tx: Transaction, plan: QueryPlan, list: 'statuses' | 'tags'): Promise<Map<string, LeadTotal>> {
  const { sql, values } = matchingIds(plan.counting, Number.MAX_SAFE_INTEGER)
  const [table, column] = list === 'tags' ? ['lead_tags', 'tag'] : ['leads', 'status']
  const all: (SqlValue | readonly SqlValue[])[] = [...values, plan.scope.tenantId]
  const rows = await tx.select<{ choice: string; found: number }>(
    `SELECT chosen.${column} AS choice, COUNT(*) AS found FROM (${sql}) matching STRAIGHT_JOIN ${table} chosen ON chosen.tenant_id = ? AND chosen.lead_id = matching.lead_id GROUP BY chosen.${column}`,
    all,
  )
  return new Map(
    rows.map(({ choice, found }) => [choice, { count: Math.min(choiceCap, Number(found)), isExact: Number(found) <= choiceCap }]),
  )
}

async function count(tx: Transaction, tenant: Tenant, filter: LeadFilter, cap: number): Promise<LeadTotal> {
  const plan = await planQuery(tx, await scopeOf(tx, tenant, filter), filter, 'newest')
  const found = plan === undefined ? 0 : await countUpTo(tx, plan.counting, cap + 1)
  return { count: Math.min(found, cap), isExact: found <= cap }
}
