import { listUsers } from '../accounts/user-store.ts'
import type { Transaction } from '../platform/mysql/transaction.ts'

/** Addresses of those who look after a tenant: its enabled owners and admins. */
export async function addressesOfAdmins(tx: Transaction, tenantId: number): Promise<string[]> {
  const users = await listUsers(tx, tenantId)
  return users.filter(({ state, role }) => state === 'enabled' && (role === 'owner' || role === 'admin')).map(({ email }) => email)
}
