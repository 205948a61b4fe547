import type { Transaction } from '../platform/mysql/transaction.ts'
import { idBytes, idText } from './identifiers.ts'
import type { Role } from './principal.ts'
import { AccessRefusal } from './refusal.ts'

/** `invited`: has not come in yet. `disabled`: may not come in. */
export type UserState = 'invited' | 'enabled' | 'disabled'
export type User = {
  tenantId: number
  id: string
  email: string
  name: string
  role: Role
  state: UserState
  createdAtMs: number
  lastSignedInAtMs: number | null
}
export type UserWithPassword = User & { passwordHash: string | null }

/** The people of the tenant, by name. */
export async function listUsers(tx: Transaction, tenantId: number): Promise<User[]> {
  const rows = await tx.select<Row>(`SELECT ${columns} FROM users WHERE users.tenant_id = ? ORDER BY users.name, users.user_id`, [tenantId])
  return rows.map(toUser)
}

/** Those to whom a lead can be assigned: who may come in and may change leads. By name. */
export async function listAgents(tx: Transaction, tenantId: number): Promise<Pick<User, 'id' | 'name'>[]> {
  return (await listUsers(tx, tenantId)).filter(isAgent).map(({ id, name }) => ({ id, name }))
}

/** Whether a lead can be assigned to this user. */
export const isAgent = ({ state, role }: Pick<User, 'state' | 'role'>) => state === 'enabled' && role !== 'viewer'

/** The user of this id; undefined when the tenant has none. */
export async function findUser(tx: Transaction, tenantId: number, id: string): Promise<User | undefined> {
  const [row] = await tx.select<Row>(`SELECT ${columns} FROM users WHERE users.tenant_id = ? AND users.user_id = ?`, [
    tenantId,
    idBytes(id),
  ])
  return row === undefined ? undefined : toUser(row)
}

/** The user of this address, which is in normal form, with the hash of the password. */
export async function findUserByEmail(tx: Transaction, tenantId: number, email: string): Promise<UserWithPassword | undefined> {
  const [row] = await tx.select<Row & { password_hash: string | null }>(
    `SELECT ${columns}, users.password_hash FROM users WHERE users.tenant_id = ? AND users.email = ?`,
    [tenantId, email],
  )
  return row === undefined ? undefined : { ...toUser(row), passwordHash: row.password_hash }
}

/** The user of this id, locked until the transaction ends; refuses when the tenant has none. */
export async function lockUser(tx: Transaction, tenantId: number, id: string): Promise<UserWithPassword> {
  const [row] = await tx.select<Row & { password_hash: string | null }>(
    `SELECT ${columns}, users.password_hash FROM users WHERE users.tenant_id = ? AND users.user_id = ? FOR UPDATE`,
    [tenantId, idBytes(id)],
  )
  if (row === undefined)
    throw new AccessRefusal('user-not-found', 'There is no such user here: ask for the list of users and take an id from it.')
  return { ...toUser(row), passwordHash: row.password_hash }
}

/** Adds a user without a password. The caller has looked that the address is free. */
export async function insertUser(tx: Transaction, user: Omit<User, 'lastSignedInAtMs'>): Promise<void> {
  await tx.insert(
    'users',
    ['tenant_id', 'user_id', 'email', 'name', 'role', 'state', 'password_hash', 'created_at', 'last_signed_in_at'],
    [[user.tenantId, idBytes(user.id), user.email, user.name, user.role, user.state, null, new Date(user.createdAtMs), null]],
  )
}

/** Writes name, role and state. */
export async function updateUser(tx: Transaction, { tenantId, id, name, role, state }: User): Promise<void> {
  await tx.execute('UPDATE users SET name = ?, role = ?, state = ? WHERE tenant_id = ? AND user_id = ?', [
    name,
    role,
    state,
    tenantId,
    idBytes(id),
  ])
}

/** Writes the hash of a password. */
export async function setPasswordHash(tx: Transaction, user: Pick<User, 'tenantId' | 'id'>, passwordHash: string): Promise<void> {
  await tx.execute('UPDATE users SET password_hash = ? WHERE tenant_id = ? AND user_id = ?', [
    passwordHash,
    user.tenantId,
    idBytes(user.id),
  ])
}

/** Writes when the user last came in. */
export async function setLastSignIn(tx: Transaction, user: Pick<User, 'tenantId' | 'id'>, now: Date): Promise<void> {
  await tx.execute('UPDATE users SET last_signed_in_at = ? WHERE tenant_id = ? AND user_id = ?', [now, user.tenantId, idBytes(user.id)])
}

type Row = {
  tenant_id: number
  user_id: Buffer
  email: string
  name: string
  role: string
  state: string
  created_at: number
  last_signed_in_at: number | null
}

const columns =
  'users.tenant_id, users.user_id, users.email, users.name, users.role, users.state, users.created_at, users.last_signed_in_at'

const toUser = (row: Row): User => ({
  tenantId: row.tenant_id,
  id: idText(row.user_id),
  email: row.email,
  name: row.name,
  role: row.role as Role,
  state: row.state as UserState,
  createdAtMs: row.created_at,
  lastSignedInAtMs: row.last_signed_in_at,
})
