import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { commandLine } from '../../services/accounts/actor.ts'
import type { Role } from '../../services/accounts/principal.ts'
import { setPassword } from '../../services/accounts/take-account.ts'
import type { InTransaction } from '../../services/accounts/sign-in.ts'
import { addUser } from '../../services/accounts/users.ts'
import type { User } from '../../services/accounts/user-store.ts'
import type { AccountParts } from '../../services/api/account-parts.ts'
import { createAccountMails } from '../../services/api/mails/account-mails.ts'
import { createMailDoor } from '../../services/platform/mail/smtp-door.ts'
import { withTransaction } from '../../services/platform/mysql/transaction.ts'

export const goodPassword = 'correct horse battery staple'

export const inTransactions =
  (db: Knex): InTransaction =>
  (work) =>
    withTransaction(db, 10_000, work)

/** A user of the tenant who has come in, with `goodPassword`. */
export async function makeUser(db: Knex, tenantId: number, role: Role, now = new Date()): Promise<User> {
  const run = inTransactions(db)
  const email = `${role}-${randomUUID()}@shop.example`
  const { user } = await run((tx) => addUser(tx, commandLine, { tenantId, email, name: `Some ${role}`, role }, now))
  await setPassword(run, commandLine, user, goodPassword, now)
  return { ...user, state: 'enabled' }
}

export const newTenant = (slug: string) => ({ slug, name: slug, workflow: 'helpdesk', region: 'BR', timezone: 'UTC', mailTo: null })

/** What the API needs to let people in, with mails that go to the real catcher. */
export function accountParts(smtpUrl: string, publicUrl = 'http://127.0.0.1'): AccountParts & { close(): void } {
  const door = createMailDoor(smtpUrl, 'leads@tributary.example', { connections: 1 })
  const mails = createAccountMails({ door, publicUrl, clock: () => new Date() })
  return { mails, openId: undefined, attemptsPerMinute: 1_000_000, close: () => door.close() }
}
