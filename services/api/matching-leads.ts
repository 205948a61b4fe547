import type { Tenant } from '../leads/tenants.ts'
import type { Transaction } from '../platform/mysql/transaction.ts'

/** How work that goes on by itself finds the leads that match a stored filter: the ids behind `after`, newest first, `limit` at most. */
export type MatchingLeads = (
  tx: Transaction,
  tenant: Tenant,
  filter: unknown,
  after: Buffer | undefined,
  limit: number,
) => Promise<Buffer[]>

/** Pages of the ids of all leads that match, `limit` in each but the last. */
export async function* pagesOfMatching(matching: MatchingLeads, tx: Transaction, tenant: Tenant, filter: unknown, limit: number) {
  for (let after: Buffer | undefined; ;) {
    const ids = await matching(tx, tenant, filter, after, limit)
    if (ids.length > 0) yield ids
    if (ids.length < limit) return
    after = ids.at(-1)
  }
}
