import type { Transaction } from '../platform/mysql/transaction.ts'
import { mayGive, type Actor } from './actor.ts'
import { appendAudit } from './audit.ts'
import { hashOfSecret, newCredential, readCredential, writeCredential } from './credential.ts'
import { idBytes, idText, newId } from './identifiers.ts'
import { scopes as allScopes, type Principal, type Scope } from './principal.ts'
import { AccessRefusal } from './refusal.ts'

/** A prefix lets secret scanners find a token that was checked in somewhere. */
const prefix = 'trb_'
const touchMs = 60_000

export type ApiToken = {
  id: string
  name: string
  scopes: Scope[]
  createdBy: string
  createdAtMs: number
  expiresAtMs: number | null
  lastUsedAtMs: number | null
  revokedAtMs: number | null
}
export type NewToken = { tenantId: number; name: string; scopes: readonly Scope[]; expiresAt: Date | null }

/** Makes a token for a program; `secret` is told this once. Refuses scopes that the actor has not and an end that is over. */
export async function createToken(
  tx: Transaction,
  actor: Actor,
  wanted: NewToken,
  now: Date,
): Promise<{ token: ApiToken; secret: string }> {
  const name = wanted.name.normalize('NFC').trim()
  if (name === '' || [...name].length > 200 || /\p{Cc}/u.test(name))
    throw new AccessRefusal('name-invalid', 'This is no name: give 1 to 200 characters on one line.', 'name')
  if (wanted.scopes.length === 0 || !mayGive(actor, wanted.scopes))
    throw new AccessRefusal('scope-not-yours', 'A token takes at least one scope, and only such as you have yourself.', 'scopes')
  if (wanted.expiresAt !== null && wanted.expiresAt <= now)
    throw new AccessRefusal('expiry-invalid', 'The token would be over already: give a time to come, or none.', 'expiresAt')
  const id = newId(now)
  const credential = newCredential(wanted.tenantId)
  const scopes = allScopes.filter((scope) => wanted.scopes.includes(scope))
  await tx.insert(
    'api_tokens',
    ['tenant_id', 'token_id', 'token_hash', 'name', 'scopes', 'created_by', 'created_at', 'expires_at', 'last_used_at', 'revoked_at'],
    [[wanted.tenantId, id, hashOfSecret(credential.secret), name, scopes.join(' '), actor.actor, now, wanted.expiresAt, null, null]],
  )
  const target = `token:${idText(id)}`
  await appendAudit(tx, { tenantId: wanted.tenantId, actor: actor.actor, action: 'token.created', target, details: { scopes } }, now)
  const token: ApiToken = {
    id: idText(id),
    name,
    scopes,
    createdBy: actor.actor,
    createdAtMs: now.getTime(),
    expiresAtMs: wanted.expiresAt?.getTime() ?? null,
    lastUsedAtMs: null,
    revokedAtMs: null,
  }
  return { token, secret: prefix + writeCredential(credential) }
}

/** All tokens of the tenant, newest first, revoked ones too. */
export async function listTokens(tx: Transaction, tenantId: number): Promise<ApiToken[]> {
  const rows = await tx.select<Row>(`SELECT ${columns} FROM api_tokens WHERE api_tokens.tenant_id = ? ORDER BY api_tokens.token_id DESC`, [
    tenantId,
  ])
  return rows.map(toToken)
}

/** Makes a token open nothing from now on. Revoking twice changes nothing. */
export async function revokeToken(tx: Transaction, actor: Actor, tenantId: number, id: string, now: Date): Promise<void> {
  const [row] = await tx.select<Row>(
    `SELECT ${columns} FROM api_tokens WHERE api_tokens.tenant_id = ? AND api_tokens.token_id = ? FOR UPDATE`,
    [tenantId, idBytes(id)],
  )
  if (row === undefined)
    throw new AccessRefusal('token-not-found', 'There is no such token here: ask for the list of tokens and take an id from it.')
  if (row.revoked_at !== null) return
  await tx.execute('UPDATE api_tokens SET revoked_at = ? WHERE tenant_id = ? AND token_id = ?', [now, tenantId, idBytes(id)])
  await appendAudit(tx, { tenantId, actor: actor.actor, action: 'token.revoked', target: `token:${id}`, details: {} }, now)
}

/** Who holds the token `text`; undefined when it is none, is over or was revoked. Its last use is written once a minute at most. */
export async function findTokenHolder(tx: Transaction, text: string, now: Date): Promise<Principal | undefined> {
  const credential = text.startsWith(prefix) ? readCredential(text.slice(prefix.length)) : undefined
  if (credential === undefined) return undefined
  const { tenantId } = credential
  const [row] = await tx.select<Row>(
    `SELECT ${columns} FROM api_tokens WHERE api_tokens.tenant_id = ? AND api_tokens.token_hash = ? AND api_tokens.revoked_at IS NULL AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > ?)`,
    [tenantId, hashOfSecret(credential.secret), now],
  )
  if (row === undefined) return undefined
  if (row.last_used_at === null || now.getTime() - row.last_used_at >= touchMs)
    await tx.execute(
      'UPDATE api_tokens SET last_used_at = ? WHERE tenant_id = ? AND token_id = ? AND (last_used_at IS NULL OR last_used_at < ?)',
      [now, tenantId, row.token_id, now],
    )
  const { id, name, scopes } = toToken(row)
  return { tenantId, kind: 'token', id, name, actor: `token:${id}`, role: null, scopes: new Set(scopes) }
}

type Row = {
  token_id: Buffer
  name: string
  scopes: string
  created_by: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}

const columns =
  'api_tokens.token_id, api_tokens.name, api_tokens.scopes, api_tokens.created_by, api_tokens.created_at, api_tokens.expires_at, api_tokens.last_used_at, api_tokens.revoked_at'

const toToken = (row: Row): ApiToken => ({
  id: idText(row.token_id),
  name: row.name,
  scopes: allScopes.filter((scope) => row.scopes.split(' ').includes(scope)),
  createdBy: row.created_by,
  createdAtMs: row.created_at,
  expiresAtMs: row.expires_at,
  lastUsedAtMs: row.last_used_at,
  revokedAtMs: row.revoked_at,
})
