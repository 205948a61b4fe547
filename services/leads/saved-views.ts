import { randomUUID } from 'node:crypto'
import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Actor } from './change-leads.ts'
import { uuidBytes, uuidOf } from './event-identity.ts'
import { Refusal } from './refusal.ts'

/** A filter under a name. `query` is its form in an address. A shared view is seen by the whole team and changed by its owner. Times are milliseconds since 1970. */
export type SavedView = {
  viewId: string
  name: string
  query: string
  shared: boolean
  owner: Actor
  createdAt: number
  changedAt: number
}
export type ViewContent = Pick<SavedView, 'name' | 'query' | 'shared'>

type Row = {
  view_id: Buffer
  name: string
  query: string
  shared: number
  owner: string
  created_at: number
  changed_at: number
}

const mostViews = 200
const selected =
  'SELECT saved_views.view_id, saved_views.name, saved_views.query, saved_views.shared, saved_views.owner, saved_views.created_at, saved_views.changed_at FROM saved_views'

/** The views of `actor` and those that others share, by name. */
export async function listViews(tx: Transaction, tenantId: number, actor: Actor): Promise<SavedView[]> {
  const rows = await tx.select<Row>(
    `${selected} WHERE saved_views.tenant_id = ? AND (saved_views.owner = ? OR saved_views.shared = 1) ORDER BY saved_views.name, saved_views.view_id`,
    [tenantId, actor],
  )
  return rows.map(toView)
}

/** Saves a view of `actor`. Throws `too-many-views`. */
export async function addView(tx: Transaction, tenantId: number, actor: Actor, content: ViewContent, now: Date): Promise<SavedView> {
  const own = await tx.select('SELECT saved_views.view_id FROM saved_views WHERE saved_views.tenant_id = ? AND saved_views.owner = ?', [
    tenantId,
    actor,
  ])
  if (own.length >= mostViews) throw new Refusal('too-many-views', `You have ${mostViews} saved views: remove one that nobody needs.`)
  const viewId = randomUUID()
  await tx.insert(
    'saved_views',
    ['tenant_id', 'view_id', 'owner', 'name', 'query', 'shared', 'created_at', 'changed_at'],
    [[tenantId, bytesOf(viewId), actor, content.name, content.query, Number(content.shared), now, now]],
  )
  return { viewId, ...content, owner: actor, createdAt: now.getTime(), changedAt: now.getTime() }
}

/** Changes a view of `actor`; one of somebody else is not found. */
export async function changeView(
  tx: Transaction,
  tenantId: number,
  actor: Actor,
  viewId: Buffer,
  { name, query, shared }: ViewContent,
  now: Date,
): Promise<SavedView> {
  const view = await lockOwnView(tx, tenantId, actor, viewId)
  await tx.execute('UPDATE saved_views SET name = ?, query = ?, shared = ?, changed_at = ? WHERE tenant_id = ? AND view_id = ?', [
    name,
    query,
    Number(shared),
    now,
    tenantId,
    viewId,
  ])
  return { ...view, name, query, shared, changedAt: now.getTime() }
}

/** Removes a view of `actor`; one of somebody else is not found. */
export async function removeView(tx: Transaction, tenantId: number, actor: Actor, viewId: Buffer): Promise<void> {
  await lockOwnView(tx, tenantId, actor, viewId)
  await tx.execute('DELETE FROM saved_views WHERE tenant_id = ? AND view_id = ?', [tenantId, viewId])
}

async function lockOwnView(tx: Transaction, tenantId: number, actor: Actor, viewId: Buffer): Promise<SavedView> {
  const [row] = await tx.select<Row>(`${selected} WHERE saved_views.tenant_id = ? AND saved_views.view_id = ? FOR UPDATE`, [
    tenantId,
    viewId,
  ])
  if (row === undefined || row.owner !== actor) throw new Refusal('view-not-found', 'You have no such view.')
  return toView(row)
}

const bytesOf = (id: string) => uuidBytes(id) ?? Buffer.alloc(16)

const toView = (row: Row): SavedView => ({
  viewId: uuidOf(row.view_id),
  name: row.name,
  query: row.query,
  shared: row.shared === 1,
  owner: row.owner,
  createdAt: row.created_at,
  changedAt: row.changed_at,
})
