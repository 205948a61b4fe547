import type { Tenant } from '../leads/tenants.ts'
import type { Transaction } from '../platform/mysql/transaction.ts'

/** How work that goes on by itself finds the leads that match a filter: the ids behind `after`, newest first, `limit` at most. */
export type MatchingLeads = {
  select(tx: Transaction, tenant: Tenant, filter: unknown, after: Buffer | undefined, limit: number): Promise<Buffer[]>
  count(tx: Transaction, tenant: Tenant, filter: unknown): Promise<number>
}
