import type { Transaction } from '../platform/mysql/transaction.ts'
import type { LeadFilter } from './lead-filter.ts'
import { scopeOf } from './lead-scope.ts'
import { planQuery } from './plan-query.ts'
import { countUpTo } from './read-places.ts'
import { tagLabels } from './submission.ts'
import type { LeadTotal } from './lead-cursor.ts'
import type { Tenant } from './tenants.ts'

/** How many leads match; and how many of them have each status, were another status asked for, and each tag likewise. A count that is not exact is a lower limit. */
export type LeadCounts = {
  total: LeadTotal
  statuses: ({ status: string; label: string } & LeadTotal)[]
  tags: ({ tag: string; label: string } & LeadTotal)[]
}

const totalCap = 10_000
const choiceCap = 1_000

/** Counts the leads that match, exactly up to 10,000, and for each choice of the filter bar up to 1,000. Throws `search-too-long`. */
export async function countLeads(tx: Transaction, tenant: Tenant, filter: LeadFilter): Promise<LeadCounts> {
  const statuses = []
  for (const { name, label } of tenant.definition.statuses)
    statuses.push({ status: name, label, ...(await count(tx, tenant, { ...filter, statuses: [name] }, choiceCap)) })
  const tags = []
  for (const [tag, label] of Object.entries(tagLabels))
    tags.push({ tag, label, ...(await count(tx, tenant, { ...filter, tags: [tag] }, choiceCap)) })
  return { total: await count(tx, tenant, filter, totalCap), statuses, tags }
}

async function count(tx: Transaction, tenant: Tenant, filter: LeadFilter, cap: number): Promise<LeadTotal> {
  const plan = await planQuery(tx, await scopeOf(tx, tenant, filter), filter, 'newest')
  const found = plan === undefined ? 0 : await countUpTo(tx, plan, cap + 1)
  return { count: Math.min(found, cap), isExact: found <= cap }
}
