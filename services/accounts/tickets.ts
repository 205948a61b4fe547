import type { Transaction } from '../platform/mysql/transaction.ts'
import { hashOfSecret, newCredential, readCredential, writeCredential } from './credential.ts'
import { idBytes, idText } from './identifiers.ts'
import { AccessRefusal } from './refusal.ts'
import { findUser, type User } from './user-store.ts'

export type TicketKind = 'invitation' | 'reset'

/** Days for an invitation, which waits in a mailbox over a holiday; an hour for a reset, which somebody is waiting for. */
const lifetimeMs: Record<TicketKind, number> = { invitation: 7 * 86_400_000, reset: 3_600_000 }
// A second request within this time sends nothing: the first link still works, and a stranger cannot fill a mailbox.
const resetPauseMs = 120_000

/** Makes a ticket that opens the account of `user` once; it is told this once. Those of the user that are over go. */
export async function issueTicket(tx: Transaction, user: Pick<User, 'tenantId' | 'id'>, kind: TicketKind, now: Date): Promise<string> {
  await tx.execute('DELETE FROM user_tickets WHERE tenant_id = ? AND user_id = ? AND expires_at <= ?', [
    user.tenantId,
    idBytes(user.id),
    now,
  ])
  const credential = newCredential(user.tenantId)
  await tx.insert(
    'user_tickets',
    ['tenant_id', 'ticket_hash', 'kind', 'user_id', 'created_at', 'expires_at', 'used_at'],
    [[user.tenantId, hashOfSecret(credential.secret), kind, idBytes(user.id), now, new Date(now.getTime() + lifetimeMs[kind]), null]],
  )
  return writeCredential(credential)
}

/** Whether a reset was asked for so shortly ago that no other mail goes out. */
export async function hasFreshReset(tx: Transaction, user: Pick<User, 'tenantId' | 'id'>, now: Date): Promise<boolean> {
  const rows = await tx.select(
    "SELECT user_tickets.ticket_hash FROM user_tickets WHERE user_tickets.tenant_id = ? AND user_tickets.user_id = ? AND user_tickets.kind = 'reset' AND user_tickets.created_at > ? LIMIT 1",
    [user.tenantId, idBytes(user.id), new Date(now.getTime() - resetPauseMs)],
  )
  return rows.length > 0
}

/** Whose ticket it is. Refuses one that is unknown, used, over, of another kind, or of a user who is disabled, always in the same words. */
export async function readTicket(tx: Transaction, text: string, kind: TicketKind, now: Date): Promise<User> {
  const credential = readCredential(text)
  const [row] =
    credential === undefined
      ? []
      : await tx.select<{ user_id: Buffer }>(
          'SELECT user_tickets.user_id FROM user_tickets WHERE user_tickets.tenant_id = ? AND user_tickets.ticket_hash = ? AND user_tickets.kind = ? AND user_tickets.used_at IS NULL AND user_tickets.expires_at > ?',
          [credential.tenantId, hashOfSecret(credential.secret), kind, now],
        )
  const user = credential === undefined || row === undefined ? undefined : await findUser(tx, credential.tenantId, idText(row.user_id))
  if (user === undefined || user.state === 'disabled') throw spent(kind)
  return user
}

/** Uses the ticket up; of two that try at once, the second is refused. */
export async function useTicket(tx: Transaction, text: string, kind: TicketKind, now: Date): Promise<void> {
  const { tenantId, secret } = readCredential(text) ?? { tenantId: 0, secret: '' }
  const used = await tx.execute(
    'UPDATE user_tickets SET used_at = ? WHERE tenant_id = ? AND ticket_hash = ? AND kind = ? AND used_at IS NULL AND expires_at > ?',
    [now, tenantId, hashOfSecret(secret), kind, now],
  )
  if (used !== 1) throw spent(kind)
}

/** Makes all tickets of a user open nothing. */
export async function endTicketsOf(tx: Transaction, { tenantId, id }: Pick<User, 'tenantId' | 'id'>): Promise<void> {
  await tx.execute('DELETE FROM user_tickets WHERE tenant_id = ? AND user_id = ?', [tenantId, idBytes(id)])
}

const spent = (kind: TicketKind) =>
  new AccessRefusal(
    'ticket-invalid',
    kind === 'invitation'
      ? 'This invitation has been used, is over or has been replaced: ask for another one.'
      : 'This link has been used or is over: ask for another one.',
    'ticket',
  )
