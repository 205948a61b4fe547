import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { hashOfSecret, newCredential, readCredential, writeCredential, type Credential } from './credential.ts'
import { idBytes, idText } from './identifiers.ts'
import { scopesOf, type Principal, type Role } from './principal.ts'
import type { User } from './user-store.ts'

/** A session ends 12 h after it was last used, so that a day's work is one sign-in, and 7 days after sign-in in any case. */
const idleMs = 12 * 3_600_000
export const sessionMs = 7 * 86_400_000
// Last use is written once a minute at most: a write for each read would be most of the database's work.
const touchMs = 60_000

/** Who has come in. `cookie` is the secret itself; `csrfToken` goes along with each of its writes. */
export type Session = { principal: Principal; cookie: string; csrfToken: string; expiresAtMs: number }

/** Starts a session; its cookie is told this once. */
export async function createSession(tx: Transaction, user: Pick<User, 'tenantId' | 'id'>, now: Date): Promise<string> {
  await sweepSessions(tx, user, now)
  return await insertSession(tx, user, now, new Date(now.getTime() + sessionMs))
}

/**
 * The session of this cookie, and keeps it alive, unless it is only looked at; undefined when there is none, it is over, or its user may not come in any more.
 */
export async function findSession(tx: Transaction, cookie: string, now: Date, why: 'use' | 'look' = 'use'): Promise<Session | undefined> {
  const credential = readCredential(cookie)
  if (credential === undefined) return undefined
  const [row] = await tx.select<Row>(
    `SELECT sessions.last_seen_at, sessions.expires_at, users.user_id, users.name, users.role
     FROM sessions JOIN users ON users.tenant_id = sessions.tenant_id AND users.user_id = sessions.user_id
     WHERE sessions.tenant_id = ? AND sessions.session_hash = ? AND users.state = 'enabled'`,
    [credential.tenantId, hashOfSecret(credential.secret)],
  )
  if (row === undefined || !isAlive(row.last_seen_at, row.expires_at, now.getTime())) return undefined
  if (why === 'use' && now.getTime() - row.last_seen_at >= touchMs)
    await tx.execute('UPDATE sessions SET last_seen_at = ? WHERE tenant_id = ? AND session_hash = ? AND last_seen_at < ?', [
      now,
      credential.tenantId,
      hashOfSecret(credential.secret),
      now,
    ])
  return { principal: principalOf(credential.tenantId, row), cookie, csrfToken: csrfTokenOf(credential), expiresAtMs: row.expires_at }
}

/** Whether a session that was last used and ends at these instants is still one. */
export function isAlive(lastSeenMs: number, expiresMs: number, nowMs: number): boolean {
  return nowMs < expiresMs && nowMs - lastSeenMs < idleMs
}

/** Ends the session of this cookie, if it is one. */
export async function endSession(tx: Transaction, cookie: string): Promise<void> {
  const credential = readCredential(cookie)
  if (credential === undefined) return
  await tx.execute('DELETE FROM sessions WHERE tenant_id = ? AND session_hash = ?', [credential.tenantId, hashOfSecret(credential.secret)])
}

/** Ends all sessions of a user. */
export async function endSessionsOf(tx: Transaction, { tenantId, id }: Pick<User, 'tenantId' | 'id'>): Promise<void> {
  await tx.execute('DELETE FROM sessions WHERE tenant_id = ? AND user_id = ?', [tenantId, idBytes(id)])
}

/** Whether `given` is the session's CSRF token; takes as long whatever is given. */
export function isCsrfToken(session: Pick<Session, 'csrfToken'>, given: string): boolean {
  return given.length === session.csrfToken.length && timingSafeEqual(hashOfSecret(given), hashOfSecret(session.csrfToken))
}

// Derived and not kept: a page of another site can send the cookie but not read it, so it cannot make this.
function csrfTokenOf({ secret }: Credential): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url')
}

async function insertSession(tx: Transaction, { tenantId, id }: Pick<User, 'tenantId' | 'id'>, now: Date, expiresAt: Date) {
  const credential = newCredential(tenantId)
  await tx.insert(
    'sessions',
    ['tenant_id', 'session_hash', 'user_id', 'created_at', 'last_seen_at', 'expires_at'],
    [[tenantId, hashOfSecret(credential.secret), idBytes(id), now, now, expiresAt]],
  )
  return writeCredential(credential)
}

async function sweepSessions(tx: Transaction, { tenantId, id }: Pick<User, 'tenantId' | 'id'>, now: Date): Promise<void> {
  await tx.execute('DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? AND (expires_at <= ? OR last_seen_at <= ?)', [
    tenantId,
    idBytes(id),
    now,
    new Date(now.getTime() - idleMs),
  ])
}

type Row = { last_seen_at: number; expires_at: number; user_id: Buffer; name: string; role: string }

function principalOf(tenantId: number, row: Row): Principal {
  const id = idText(row.user_id)
  const role = row.role as Role
  return { tenantId, kind: 'user', id, name: row.name, actor: `user:${id}`, role, scopes: scopesOf(role) }
}
