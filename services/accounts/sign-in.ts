import type { Transaction } from '../platform/mysql/transaction.ts'
import { normalAddress } from './email-address.ts'
import { hashPassword, isOutdated, isPassword } from './passwords.ts'
import { createSession, endSession } from './sessions.ts'
import { accountKey, addressKey, beginAttempt, forgetAttempt, sweepAttempts } from './sign-in-attempts.ts'
import { findUserByEmail, lockUser, setLastSignIn, setPasswordHash, type User } from './user-store.ts'

/** Runs a piece of work in a transaction of its own. */
export type InTransaction = <Result>(work: (tx: Transaction) => Promise<Result>) => Promise<Result>

/** `address` is the network address of the one who asks; `previousCookie` the session that the browser had, which ends. */
export type SignIn = { tenantSlug: string; email: string; password: string; address: string; previousCookie?: string | undefined }
export type SignInResult =
  { result: 'signed-in'; cookie: string; user: User } | { result: 'refused' } | { result: 'throttled'; retryAfterMs: number }

/**
 * Signs a person in by password. Unknown tenant, unknown address, wrong password, no password yet and disabled are one answer, after the same work. The attempt is counted
 * and committed before the password is looked at, which happens outside any transaction because it takes long.
 */
export async function signIn(run: InTransaction, wanted: SignIn, now: Date): Promise<SignInResult> {
  const email = normalAddress(wanted.email) ?? wanted.email.slice(0, 254)
  const address = addressKey(wanted.address)
  const { tenantId, account, waitMs } = await run(async (tx) => {
    const id = await findTenantId(tx, wanted.tenantSlug)
    const key = accountKey(id ?? 0, wanted.tenantSlug, email)
    return { tenantId: id, account: key, ...(await beginAttempt(tx, [key, address], now)) }
  })
  if (waitMs > 0) return { result: 'throttled', retryAfterMs: waitMs }

  const user = tenantId === undefined ? undefined : await run((tx) => findUserByEmail(tx, tenantId, email))
  const kept = user?.state === 'enabled' ? user.passwordHash : null
  const isRight = await isPassword(kept, wanted.password)
  if (!isRight || user === undefined || kept === null) return { result: 'refused' }
  const renewed = isOutdated(kept) ? await hashPassword(wanted.password) : undefined

  const result = await run(async (tx): Promise<SignInResult> => {
    // Somebody may have disabled the account or set another password while this one was looked at.
    const current = await lockUser(tx, user.tenantId, user.id)
    if (current.state !== 'enabled' || current.passwordHash !== kept) return { result: 'refused' }
    if (renewed !== undefined) await setPasswordHash(tx, user, renewed)
    if (wanted.previousCookie !== undefined) await endSession(tx, wanted.previousCookie)
    await forgetAttempt(tx, account, address, now)
    return { result: 'signed-in', cookie: await enter(tx, user, now), user }
  })
  for (const swept of [0, user.tenantId]) await run((tx) => sweepAttempts(tx, swept, now))
  return result
}

/** Lets a user in, however he has shown who he is; answers the cookie of a new session. */
export async function enter(tx: Transaction, user: Pick<User, 'tenantId' | 'id'>, now: Date): Promise<string> {
  await setLastSignIn(tx, user, now)
  return await createSession(tx, user, now)
}

/** The id of the tenant with this slug; undefined when there is none. */
export async function findTenantId(tx: Transaction, slug: string): Promise<number | undefined> {
  const [row] = await tx.select<{ tenant_id: number }>('SELECT tenants.tenant_id FROM tenants WHERE tenants.slug = ?', [slug])
  return row?.tenant_id
}
