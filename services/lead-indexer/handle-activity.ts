import type { LeadActivity } from '../../schemas/events.ts'
import { uuidBytes } from '../leads/event-identity.ts'
import { indexTouches } from '../leads/index-leads.ts'
import { findTenants } from '../leads/tenants.ts'
import type { Handle } from '../platform/worker/define-worker.ts'
import type { Outcome } from '../platform/worker/outcome.ts'

const bringsWords: ReadonlySet<string> = new Set(['opened', 'submission_added', 'order_changed'])

/** What an activity brought can be found by its words from now on; a repeated one adds nothing. */
export const indexActivities: Handle<LeadActivity> = async (events, { tx }) => {
  const tenants = await findTenants(
    tx,
    events.map(({ event }) => event.tenant),
  )
  for (const tenant of [...tenants.values()].sort((a, b) => a.tenantId - b.tenantId)) {
    const touches = events.flatMap(({ event }) => {
      const leadId = uuidBytes(event.lead_id)
      if (event.tenant !== tenant.slug || !bringsWords.has(event.kind) || leadId === undefined) return []
      return [{ leadId, submissionId: uuidBytes(event.submission_id ?? '') ?? null, orderId: event.order_id }]
    })
    await indexTouches(tx, tenant, touches)
  }
  return events.map(({ event }): Outcome => {
    const tenantId = tenants.get(event.tenant)?.tenantId
    return tenantId !== undefined && bringsWords.has(event.kind)
      ? { outcome: 'done', as: 'indexed', tenantId }
      : { outcome: 'skipped', reason: 'not_concerned', tenantId: tenantId ?? 0 }
  })
}
