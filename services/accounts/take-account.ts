import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Actor } from './actor.ts'
import { appendAudit } from './audit.ts'
import { normalAddress } from './email-address.ts'
import { checkPassword, hashPassword, isPassword } from './passwords.ts'
import type { Principal } from './principal.ts'
import { AccessRefusal } from './refusal.ts'
import { endSessionsOf } from './sessions.ts'
import { accountKey, beginAttempt, forgetAttempt } from './sign-in-attempts.ts'
import { enter, findTenantId, type InTransaction } from './sign-in.ts'
import { endTicketsOf, hasFreshReset, issueTicket, readTicket, useTicket } from './tickets.ts'
import { findUserByEmail, lockUser, setPasswordHash, updateUser, type User } from './user-store.ts'

export type TicketUse = { ticket: string; password: string; now: Date }

/** Takes up an invitation: sets the password, lets the user in, answers the cookie of his session. The ticket works once. */
export async function acceptInvitation(run: InTransaction, { ticket, password, now }: TicketUse): Promise<{ user: User; cookie: string }> {
  const invited = await run((tx) => readTicket(tx, ticket, 'invitation', now))
  checkPassword(password, invited.email)
  const passwordHash = await hashPassword(password)
  return await run(async (tx) => {
    await lockUser(tx, invited.tenantId, invited.id)
    await useTicket(tx, ticket, 'invitation', now)
    const user = await welcome(tx, invited)
    await setPasswordHash(tx, user, passwordHash)
    await appendAudit(tx, { ...entryFor(user), action: 'user.accepted-invitation', details: { by: 'password' } }, now)
    return { user, cookie: await enter(tx, user, now) }
  })
}

/** Sets another password with the ticket of a reset, which works once. Ends all sessions of the user, who then signs in. */
export async function resetPassword(run: InTransaction, { ticket, password, now }: TicketUse): Promise<User> {
  const user = await run((tx) => readTicket(tx, ticket, 'reset', now))
  checkPassword(password, user.email)
  const passwordHash = await hashPassword(password)
  return await run(async (tx) => {
    await lockUser(tx, user.tenantId, user.id)
    await useTicket(tx, ticket, 'reset', now)
    const current = await welcome(tx, user)
    await replacePassword(tx, current, passwordHash, now)
    await appendAudit(tx, { ...entryFor(user), action: 'user.password-reset', details: {} }, now)
    return current
  })
}

/** Sets a password for a user at the command line. */
export async function setPassword(run: InTransaction, actor: Actor, user: User, password: string, now: Date): Promise<void> {
  checkPassword(password, user.email)
  const passwordHash = await hashPassword(password)
  await run(async (tx) => {
    await replacePassword(tx, await welcome(tx, user), passwordHash, now)
    await appendAudit(tx, { ...entryFor(user), actor: actor.actor, action: 'user.password-set', details: {} }, now)
  })
}

/**
 * Sets another password for one who has come in and knows the present one. Ends all his sessions; answers the cookie of a new one. Wrong guesses count like wrong sign-ins: a browser
 * left open is no place to guess.
 */
export async function changePassword(
  run: InTransaction,
  { principal, current, password, now }: { principal: Pick<Principal, 'tenantId' | 'id'>; current: string; password: string; now: Date },
): Promise<{ result: 'changed'; cookie: string } | { result: 'throttled'; retryAfterMs: number }> {
  const { tenantId, id } = principal
  const { user, key, waitMs } = await run(async (tx) => {
    const locked = await lockUser(tx, tenantId, id)
    const account = accountKey(tenantId, await slugOf(tx, tenantId), locked.email)
    return { user: locked, key: account, ...(await beginAttempt(tx, [account], now)) }
  })
  if (waitMs > 0) return { result: 'throttled', retryAfterMs: waitMs }
  if (!(await isPassword(user.passwordHash, current)))
    throw new AccessRefusal('password-wrong', 'This is not your present password.', 'current')
  await run((tx) => forgetAttempt(tx, key, undefined, now))
  checkPassword(password, user.email)
  const passwordHash = await hashPassword(password)
  return await run(async (tx) => {
    await lockUser(tx, tenantId, id)
    await replacePassword(tx, user, passwordHash, now)
    await appendAudit(tx, { ...entryFor(user), action: 'user.password-changed', details: {} }, now)
    return { result: 'changed', cookie: await enter(tx, user, now) }
  })
}

/** A ticket for whoever asks for a reset; undefined when there is nobody to send it to, or one has just gone out. The one who asked is told the same in each case. */
export async function requestReset(
  tx: Transaction,
  { tenantSlug, email }: { tenantSlug: string; email: string },
  now: Date,
): Promise<{ user: User; ticket: string } | undefined> {
  const address = normalAddress(email)
  const tenantId = await findTenantId(tx, tenantSlug)
  const user = address === undefined || tenantId === undefined ? undefined : await findUserByEmail(tx, tenantId, address)
  if (user?.state !== 'enabled') return undefined
  await lockUser(tx, user.tenantId, user.id)
  if (await hasFreshReset(tx, user, now)) return undefined
  return { user, ticket: await issueTicket(tx, user, 'reset', now) }
}

/** A ticket to reset a password, made at somebody's request by `actor`; told this once. */
export async function issueReset(tx: Transaction, actor: Actor, user: User, now: Date): Promise<string> {
  await appendAudit(tx, { ...entryFor(user), actor: actor.actor, action: 'user.reset-link-made', details: {} }, now)
  return await issueTicket(tx, user, 'reset', now)
}

/** Makes an invited user one who may come in; his tickets are used up. */
export async function welcome(tx: Transaction, { tenantId, id }: User): Promise<User> {
  const { passwordHash: _, ...user } = await lockUser(tx, tenantId, id)
  const enabled: User = { ...user, state: user.state === 'invited' ? 'enabled' : user.state }
  await updateUser(tx, enabled)
  await endTicketsOf(tx, enabled)
  return enabled
}

async function replacePassword(tx: Transaction, user: User, passwordHash: string, now: Date): Promise<void> {
  await setPasswordHash(tx, user, passwordHash)
  await endSessionsOf(tx, user)
  await forgetAttempt(tx, accountKey(user.tenantId, await slugOf(tx, user.tenantId), user.email), undefined, now)
}

async function slugOf(tx: Transaction, tenantId: number): Promise<string> {
  const [tenant] = await tx.select<{ slug: string }>('SELECT tenants.slug FROM tenants WHERE tenants.tenant_id = ?', [tenantId])
  return tenant?.slug ?? ''
}

const entryFor = ({ tenantId, id }: User) => ({ tenantId, actor: `user:${id}`, target: `user:${id}` })
