import type { Transaction } from '../platform/mysql/transaction.ts'
import type { LeadFilter } from './lead-filter.ts'
import { scopeOf } from './lead-scope.ts'
import { planQuery } from './plan-query.ts'
import { readPlaces } from './read-places.ts'
import type { Tenant } from './tenants.ts'

/**
 * The next `limit` ids of all leads that match, newest first, behind `afterLeadId` (null: from the beginning) and not newer than `asOf` (null: whatever there is). For bulk and export: ask until
 * fewer come than asked for, and hold no more than one answer.
 */
export async function selectAllMatching(
  tx: Transaction,
  tenant: Tenant,
  filter: LeadFilter,
  asOf: Buffer | null,
  afterLeadId: Buffer | null,
  limit: number,
): Promise<Buffer[]> {
  const plan = await planQuery(tx, await scopeOf(tx, tenant, filter, asOf), filter, 'newest')
  if (plan === undefined) return []
  const place = afterLeadId === null ? undefined : { leadId: afterLeadId, score: 0 }
  return (await readPlaces(tx, plan, { side: 'behind', place }, limit)).map(({ leadId }) => leadId)
}
