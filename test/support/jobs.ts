import { setTenant, findTenants, type Tenant, type TenantChange } from '../../services/leads/tenants.ts'
import type { BulkContext } from '../../services/api/bulk-actions/run-bulk.ts'
import { runBulk } from '../../services/api/bulk-actions/run-bulk.ts'
import type { MatchingLeads } from '../../services/api/matching-leads.ts'
import { visibleFrom } from '../../services/leads/plan.ts'
import { silent, type World } from './world.ts'

/** Finds every lead that the plan of a tenant shows. */
export const everyLead: MatchingLeads = async (tx, tenant, _filter, after, limit) => {
  const rows = await tx.select<{ lead_id: Buffer }>(
    `SELECT lead_id FROM leads WHERE tenant_id = ? AND lead_id < ? AND lead_id >= ? ORDER BY lead_id DESC LIMIT ${limit}`,
    [tenant.tenantId, after ?? Buffer.alloc(16, 255), await visibleFrom(tx, tenant)],
  )
  return rows.map(({ lead_id }) => lead_id)
}

/** What the loops of the API process are given, in a test. */
export const jobContext = (world: World, change: Partial<BulkContext> = {}) => ({
  db: world.db,
  log: silent,
  matching: everyLead,
  leaseMs: 30_000,
  clock: () => new Date(),
  ...change,
})

/** Works off all bulk actions that are due. */
export async function workBulksOff(world: World, context = jobContext(world)): Promise<void> {
  while (await runBulk(context));
}

/** The tenant of this slug, changed first on request. */
export async function tenantOf(world: World, slug: string, change: TenantChange = {}): Promise<Tenant> {
  if (Object.keys(change).length > 0) await setTenant(world.tx, slug, change)
  const tenant = (await findTenants(world.tx, [slug])).get(slug)
  if (tenant === undefined) throw new Error(`there is no tenant ${slug}`)
  return tenant
}
