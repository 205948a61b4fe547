import type { Transaction } from '../../platform/mysql/transaction.ts'
import { idFromEvent, eventHashOf, uuidOf } from '../../leads/event-identity.ts'
import type { Tenant } from '../../leads/tenants.ts'
import type { DemoTenant } from './demo-tenants.ts'

/** The ids of the tenant's users, in the order of the demo's team. */
export async function teamOf(_tx: Transaction, tenant: Tenant, { team }: DemoTenant, _now: Date): Promise<string[]> {
  return team.map(({ email }) => uuidOf(idFromEvent('user', tenant.slug, 0, eventHashOf({ source: 'demo', event_id: email }))))
}
