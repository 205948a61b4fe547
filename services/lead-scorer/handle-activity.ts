import type { LeadActivity } from '../../schemas/events.ts'
import { uuidBytes } from '../leads/event-identity.ts'
import { scoreLeads } from '../leads/score-leads.ts'
import { findTenants, type Tenant } from '../leads/tenants.ts'
import type { Handle } from '../platform/worker/define-worker.ts'
import type { Outcome } from '../platform/worker/outcome.ts'

const scored: ReadonlySet<string> = new Set(['opened', 'submission_added', 'order_changed'])

/** Each activity that the rules look at adds its score lines; a repeated one adds nothing. */
export const scoreActivities: Handle<LeadActivity> = async (events, { tx, now }) => {
  const tenants = await findTenants(
    tx,
    events.map(({ event }) => event.tenant),
  )
  const outcomes: Outcome[] = events.map(({ event }) => ({
    outcome: 'skipped',
    reason: 'not_concerned',
    tenantId: tenants.get(event.tenant)?.tenantId ?? 0,
  }))
  for (const tenant of sortById([...tenants.values()])) {
    const refs = events.flatMap(({ event }, index) => {
      const leadId = uuidBytes(event.lead_id)
      return event.tenant === tenant.slug && scored.has(event.kind) && leadId !== undefined
        ? [{ index, leadId, sequence: event.sequence }]
        : []
    })
    const changed = await scoreLeads(tx, tenant, refs, now)
    for (const [position, { index }] of refs.entries()) {
      outcomes[index] =
        changed[position] === true
          ? { outcome: 'done', as: 'scored', tenantId: tenant.tenantId }
          : { outcome: 'skipped', reason: 'not_concerned', tenantId: tenant.tenantId }
    }
  }
  return outcomes
}

const sortById = (tenants: Tenant[]) => tenants.sort((a, b) => a.tenantId - b.tenantId)
