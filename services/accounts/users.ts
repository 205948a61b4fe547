import type { Transaction } from '../platform/mysql/transaction.ts'
import { mayHandle, type Actor } from './actor.ts'
import { appendAudit, type AuditEntry } from './audit.ts'
import { requireAddress } from './email-address.ts'
import { idText, newId } from './identifiers.ts'
import type { Role } from './principal.ts'
import { AccessRefusal } from './refusal.ts'
import { endSessionsOf } from './sessions.ts'
import { endTicketsOf, issueTicket } from './tickets.ts'
import { findUserByEmail, insertUser, lockUser, updateUser, type User, type UserState } from './user-store.ts'

export type NewUser = { tenantId: number; email: string; name: string; role: Role }

/** Adds a user who is let in by the ticket of an invitation, which is told this once. Refuses an address that the tenant has, and a role that is not the actor's to give. */
export async function addUser(tx: Transaction, actor: Actor, wanted: NewUser, now: Date): Promise<{ user: User; ticket: string }> {
  const email = requireAddress(wanted.email)
  const name = requireName(wanted.name)
  requireHandling(actor, wanted.role)
  await lockTenant(tx, wanted.tenantId)
  if ((await findUserByEmail(tx, wanted.tenantId, email)) !== undefined)
    throw new AccessRefusal(
      'email-taken',
      'There is a user with this address already: change that one, or invite another address.',
      'email',
    )
  const { tenantId, role } = wanted
  const user: User = {
    tenantId,
    id: idText(newId(now)),
    email,
    name,
    role,
    state: 'invited',
    createdAtMs: now.getTime(),
    lastSignedInAtMs: null,
  }
  await insertUser(tx, user)
  const ticket = await issueTicket(tx, user, 'invitation', now)
  await note(tx, actor, user, 'user.invited', { role: user.role }, now)
  return { user, ticket }
}

/** A new ticket for one who has not come in yet; the one before it opens nothing any more. */
export async function inviteAgain(
  tx: Transaction,
  actor: Actor,
  tenantId: number,
  id: string,
  now: Date,
): Promise<{ user: User; ticket: string }> {
  const user = await lockUser(tx, tenantId, id)
  requireHandling(actor, user.role)
  if (user.state !== 'invited')
    throw new AccessRefusal('user-not-invited', 'This user has come in already or is disabled: there is no invitation to send again.')
  await endTicketsOf(tx, user)
  const ticket = await issueTicket(tx, user, 'invitation', now)
  await note(tx, actor, user, 'user.invited-again', {}, now)
  return { user, ticket }
}

export type UserChange = { name?: string | undefined; role?: Role | undefined; disabled?: boolean | undefined }

/**
 * Changes name, role or whether the user may come in; answers the user as he is then. Another role or being disabled ends all his sessions, so that none outlives the right to it.
 * Refuses when a role before or after is not the actor's to handle, and when no owner would be left who can come in.
 */
export async function changeUser(
  tx: Transaction,
  actor: Actor,
  { tenantId, id, change }: { tenantId: number; id: string; change: UserChange },
  now: Date,
): Promise<User> {
  await lockTenant(tx, tenantId)
  const { passwordHash, ...before } = await lockUser(tx, tenantId, id)
  const after: User = {
    ...before,
    name: change.name === undefined ? before.name : requireName(change.name),
    role: change.role ?? before.role,
    state: stateAfter(before.state, change.disabled, passwordHash !== null || before.lastSignedInAtMs !== null),
  }
  const isPrivilege = after.role !== before.role || after.state !== before.state
  // Everybody changes his own name.
  if (isPrivilege || actor.actor !== `user:${id}`) {
    requireHandling(actor, before.role)
    requireHandling(actor, after.role)
  }
  if (before.role === 'owner' && before.state === 'enabled' && (after.role !== 'owner' || after.state !== 'enabled'))
    await requireAnotherOwner(tx, before)
  await updateUser(tx, after)
  if (isPrivilege) await endSessionsOf(tx, after)
  if (after.state === 'disabled') await endTicketsOf(tx, after)
  if (after.name !== before.name) await note(tx, actor, after, 'user.renamed', {}, now)
  if (after.role !== before.role) await note(tx, actor, after, 'user.role-changed', { from: before.role, to: after.role }, now)
  if (after.state !== before.state) await note(tx, actor, after, after.state === 'disabled' ? 'user.disabled' : 'user.enabled', {}, now)
  return after
}

/** What a user is after `disabled` was set, or not. One who had never come in is an invited one again. */
function stateAfter(before: UserState, disabled: boolean | undefined, cameIn: boolean): UserState {
  if (disabled === undefined) return before
  if (disabled) return 'disabled'
  return before === 'disabled' ? (cameIn ? 'enabled' : 'invited') : before
}

// Two owners who remove each other at the same time would each find the other still there.
async function lockTenant(tx: Transaction, tenantId: number): Promise<void> {
  await tx.select('SELECT tenants.tenant_id FROM tenants WHERE tenants.tenant_id = ? FOR UPDATE', [tenantId])
}

async function requireAnotherOwner(tx: Transaction, { tenantId, id }: User): Promise<void> {
  const owners = await tx.select<{ user_id: Buffer }>(
    "SELECT users.user_id FROM users WHERE users.tenant_id = ? AND users.role = 'owner' AND users.state = 'enabled' ORDER BY users.user_id FOR UPDATE",
    [tenantId],
  )
  if (!owners.some((owner) => idText(owner.user_id) !== id))
    throw new AccessRefusal('last-owner', 'This is the last owner who can come in: make somebody else an owner first.', 'role')
}

function requireHandling(actor: Actor, role: Role): void {
  if (!mayHandle(actor, role))
    throw new AccessRefusal(
      'role-not-yours',
      role === 'owner'
        ? 'Only an owner makes, changes and removes owners: ask one.'
        : `Who has the role ${role} may do more than you may: ask somebody who may do as much.`,
      'role',
    )
}

function requireName(raw: string): string {
  const name = raw.normalize('NFC').trim()
  if (name === '' || [...name].length > 200 || /\p{Cc}/u.test(name))
    throw new AccessRefusal('name-invalid', 'This is no name: give 1 to 200 characters on one line.', 'name')
  return name
}

async function note(
  tx: Transaction,
  { actor }: Actor,
  { tenantId, id }: User,
  action: AuditEntry['action'],
  details: AuditEntry['details'],
  now: Date,
): Promise<void> {
  await appendAudit(tx, { tenantId, actor, action, target: `user:${id}`, details }, now)
}
