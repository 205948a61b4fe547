import type { Knex } from 'knex'
import { isLimited, visibleFrom } from '../../leads/plan.ts'
import { readTenant, type Tenant } from '../../leads/tenants.ts'
import { transactionOn } from '../../platform/mysql/transaction.ts'

/** What a tenant's plan lets out: events of leads from `visibleFrom` on. */
export type Gate = { isLimited: boolean; visibleFrom: Buffer }

// A plan changes when somebody pays; a downgrade shows what was visible a moment ago for so long.
const planKeptMs = 5_000
const mostPlans = 10_000

/**
 * Asks for the bound of a tenant's plan (DESIGN D15). On a limited plan each new lead raises it, so it is read anew for every delivery, after the events to be delivered were
 * taken up: a bound of earlier would let out a lead that has just left the newest five.
 */
export function createPlanGate(db: Knex): (tenantId: number) => Promise<Gate> {
  const plans = new Map<number, { tenant: Tenant; untilMs: number }>()
  return async (tenantId) => {
    const tx = transactionOn(db)
    let known = plans.get(tenantId)
    if (known === undefined || known.untilMs < performance.now()) {
      if (plans.size >= mostPlans) plans.clear()
      known = { tenant: await readTenant(tx, tenantId), untilMs: performance.now() + planKeptMs }
      plans.set(tenantId, known)
    }
    return { isLimited: isLimited(known.tenant), visibleFrom: await visibleFrom(tx, known.tenant) }
  }
}
