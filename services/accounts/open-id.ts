import { hash } from 'node:crypto'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { appendAudit } from './audit.ts'
import { normalAddress } from './email-address.ts'
import { idBytes, idText } from './identifiers.ts'
import type { OpenIdPerson } from './open-id-provider.ts'
import { endSession } from './sessions.ts'
import { enter, findTenantId } from './sign-in.ts'
import { welcome } from './take-account.ts'
import { findUserByEmail, lockUser, type User } from './user-store.ts'

export type OpenIdResult = { result: 'signed-in'; cookie: string; user: User } | { result: 'unverified' } | { result: 'unknown' }

/**
 * Lets in whoever the provider vouches for: the user who was remembered by (issuer, subject), else the one of the verified address, who is remembered from then on whatever becomes
 * of the address. An invited user takes up the invitation this way. Never makes a user; a disabled one is as unknown as none.
 */
export async function signInByOpenId(
  tx: Transaction,
  { tenantSlug, person, previousCookie }: { tenantSlug: string; person: OpenIdPerson; previousCookie?: string | undefined },
  now: Date,
): Promise<OpenIdResult> {
  const tenantId = await findTenantId(tx, tenantSlug)
  if (tenantId === undefined) return { result: 'unknown' }
  const remembered = await findRemembered(tx, tenantId, person)
  const email = person.email === undefined ? undefined : normalAddress(person.email)
  if (remembered === undefined && email === undefined) return { result: 'unverified' }
  const id = remembered ?? (email === undefined ? undefined : (await findUserByEmail(tx, tenantId, email))?.id)
  if (id === undefined) return { result: 'unknown' }

  const found = await lockUser(tx, tenantId, id)
  if (found.state === 'disabled') return { result: 'unknown' }
  const user = found.state === 'invited' ? await welcome(tx, found) : found
  const entry = { tenantId, actor: `user:${id}`, target: `user:${id}` }
  if (found.state === 'invited') await appendAudit(tx, { ...entry, action: 'user.accepted-invitation', details: { by: 'open-id' } }, now)
  if (remembered === undefined) {
    await remember(tx, user, person, now)
    await appendAudit(tx, { ...entry, action: 'user.identity-linked', details: { issuer: person.issuer } }, now)
  }
  if (previousCookie !== undefined) await endSession(tx, previousCookie)
  return { result: 'signed-in', cookie: await enter(tx, user, now), user }
}

async function findRemembered(tx: Transaction, tenantId: number, person: OpenIdPerson): Promise<string | undefined> {
  const [row] = await tx.select<{ user_id: Buffer }>(
    'SELECT user_identities.user_id FROM user_identities WHERE user_identities.tenant_id = ? AND user_identities.identity_hash = ?',
    [tenantId, identityHash(person)],
  )
  return row === undefined ? undefined : idText(row.user_id)
}

async function remember(tx: Transaction, { tenantId, id }: User, person: OpenIdPerson, now: Date): Promise<void> {
  await tx.insert(
    'user_identities',
    ['tenant_id', 'identity_hash', 'user_id', 'issuer', 'linked_at'],
    [[tenantId, identityHash(person), idBytes(id), person.issuer, now]],
    'tenant_id = VALUES(tenant_id)',
  )
}

const identityHash = ({ issuer, subject }: OpenIdPerson) => hash('sha256', `${issuer}\0${subject}`, 'buffer')
