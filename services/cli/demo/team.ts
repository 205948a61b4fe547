import type { Knex } from 'knex'
import { commandLine } from '../../accounts/actor.ts'
import { setPassword } from '../../accounts/take-account.ts'
import { findUserByEmail } from '../../accounts/user-store.ts'
import { addUser } from '../../accounts/users.ts'
import type { Tenant } from '../../leads/tenants.ts'
import { withTransaction, type Transaction } from '../../platform/mysql/transaction.ts'
import type { DemoTenant } from './demo-tenants.ts'

/** The password of everybody in a demo team, unless another is given. No secret: the demo holds nothing that anybody needs to keep. */
export const demoPassword = 'many streams, one lead'

/** The ids of the tenant's users, in the order of the demo's team; adds those who are missing, with this password. Who is there keeps theirs. */
export async function gatherTeam(db: Knex, { tenantId }: Tenant, { team }: DemoTenant, password: string, now: Date): Promise<string[]> {
  const run = <Result>(work: (tx: Transaction) => Promise<Result>) => withTransaction(db, 10_000, work)
  const ids: string[] = []
  for (const { email, name, role } of team) {
    const known = await run((tx) => findUserByEmail(tx, tenantId, email))
    const user = known ?? (await run((tx) => addUser(tx, commandLine, { tenantId, email, name, role }, now))).user
    if (known === undefined || known.passwordHash === null) await setPassword(run, commandLine, user, password, now)
    ids.push(user.id)
  }
  return ids
}
