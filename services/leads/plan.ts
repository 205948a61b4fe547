import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Tenant } from './tenants.ts'

/** How many leads a limited plan shows: the newest. */
export const shownOnLimitedPlan = 5

/** Whether the tenant's plan shows its newest leads only. */
export const isLimited = ({ plan }: Pick<Tenant, 'plan'>) => plan === 'free' || plan === 'starter'

const everything = Buffer.alloc(16)

/**
 * The smallest lead id that the tenant's plan shows (DESIGN D15). Ids sort by the time the lead was opened, so "the newest five" is a lower bound, and every query that shows,
 * counts, changes, exports or streams leads adds it. 16 zero bytes where all are shown.
 */
export async function visibleFrom(tx: Transaction, tenant: Pick<Tenant, 'tenantId' | 'plan'>): Promise<Buffer> {
  if (!isLimited(tenant)) return everything
  const rows = await tx.select<{ lead_id: Buffer }>(
    `SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? ORDER BY leads.lead_id DESC LIMIT ${shownOnLimitedPlan}`,
    [tenant.tenantId],
  )
  return rows.length < shownOnLimitedPlan ? everything : (rows.at(-1)?.lead_id ?? everything)
}
