import type { Principal } from '../accounts/principal.ts'
import { selectAllMatching } from '../leads/select-all-matching.ts'
import type { Tenant } from '../leads/tenants.ts'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { filterOf, type LeadFilterInput } from './shapes/lead-filter.ts'
import type { KeptFilter } from './shapes/selection.ts'

/** How work that goes on by itself finds the leads that match a stored filter: the ids behind `after`, newest first, `limit` at most. */
export type MatchingLeads = (
  tx: Transaction,
  tenant: Tenant,
  filter: unknown,
  after: Buffer | undefined,
  limit: number,
) => Promise<Buffer[]>

/** The leads that match a filter as it was kept with a job, for whoever asked. */
export const matchingLeads: MatchingLeads = async (tx, tenant, kept, after, limit) => {
  const { filter, asked } = kept as KeptFilter
  return await selectAllMatching(tx, tenant, filterOf(filter, asked), null, after ?? null, limit)
}

/** A filter as it is kept with a job. Says no now, with a `Refusal` or `Problem`, to one that could find nothing for a reason of its own. */
export async function checkFilter(tx: Transaction, tenant: Tenant, filter: LeadFilterInput, { id, kind }: Principal): Promise<KeptFilter> {
  const kept = { filter, asked: { id, kind } }
  await matchingLeads(tx, tenant, kept, undefined, 1)
  return kept
}

/** Pages of the ids of all leads that match, `limit` in each but the last. */
export async function* pagesOfMatching(matching: MatchingLeads, tx: Transaction, tenant: Tenant, filter: unknown, limit: number) {
  for (let after: Buffer | undefined; ;) {
    const ids = await matching(tx, tenant, filter, after, limit)
    if (ids.length > 0) yield ids
    if (ids.length < limit) return
    after = ids.at(-1)
  }
}
