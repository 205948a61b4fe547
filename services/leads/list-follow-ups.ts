import type { SqlValue, Transaction } from '../platform/mysql/transaction.ts'
import { uuidOf } from './event-identity.ts'
import { Refusal } from './refusal.ts'

/** A follow-up as people see it: an open one is `due` or, behind its due time, `overdue`. Times are milliseconds since 1970. */
export type FollowUp = {
  followUpId: string
  leadId: string
  state: 'due' | 'overdue' | 'done' | 'cancelled'
  dueAt: number
  note: string
  agent: string | null
  remindAt: number | null
  remindedAt: number | null
  author: string
  createdAt: number
  settledAt: number | null
  settledBy: string | null
}

type Row = {
  follow_up_id: Buffer
  lead_id: Buffer
  state: 'open' | 'done' | 'cancelled'
  due_at: number
  note: string
  agent: string | null
  remind_at: number | null
  reminded_at: number | null
  author: string
  created_at: number
  settled_at: number | null
  settled_by: string | null
}

const selected =
  'SELECT follow_ups.follow_up_id, follow_ups.lead_id, follow_ups.state, follow_ups.due_at, follow_ups.note, follow_ups.agent, follow_ups.remind_at, follow_ups.reminded_at, follow_ups.author, follow_ups.created_at, follow_ups.settled_at, follow_ups.settled_by FROM follow_ups'

/** Which follow-ups: of an agent (null: of nobody), in a state. Open ones of leads that have ended are left out: nothing is to be done there. */
export type FollowUpFilter = { agent?: string | null; state: 'due' | 'overdue' | 'open' | 'done' }
export type FollowUpPlace = { dueAt: number; followUpId: Buffer }

/** The follow-up with this id. Throws `follow-up-not-found`. */
export async function readFollowUp(tx: Transaction, tenantId: number, followUpId: Buffer, now: Date): Promise<FollowUp> {
  const [row] = await tx.select<Row>(`${selected} WHERE follow_ups.tenant_id = ? AND follow_ups.follow_up_id = ?`, [tenantId, followUpId])
  if (row === undefined) throw new Refusal('follow-up-not-found', 'There is no such follow-up.')
  return toFollowUp(row, now)
}

/** Every follow-up of a lead, the first due first. */
export async function followUpsOfLead(tx: Transaction, tenantId: number, leadId: Buffer, now: Date): Promise<FollowUp[]> {
  const rows = await tx.select<Row>(
    `${selected} WHERE follow_ups.tenant_id = ? AND follow_ups.lead_id = ? ORDER BY follow_ups.due_at, follow_ups.follow_up_id`,
    [tenantId, leadId],
  )
  return rows.map((row) => toFollowUp(row, now))
}

/** Follow-ups that match, the first due first, `limit` at most behind `after`; of leads from `from` on only (the bound of the tenant's plan). */
export async function listFollowUps(
  tx: Transaction,
  tenantId: number,
  filter: FollowUpFilter,
  from: Buffer,
  after: FollowUpPlace | undefined,
  limit: number,
  now: Date,
): Promise<FollowUp[]> {
  const conditions = ['follow_ups.tenant_id = ?', 'follow_ups.lead_id >= ?', 'follow_ups.state = ?']
  const values: SqlValue[] = [tenantId, from, filter.state === 'done' ? 'done' : 'open']
  const add = (condition: string, ...more: SqlValue[]) => {
    conditions.push(condition)
    values.push(...more)
  }
  if (filter.agent === null) conditions.push('follow_ups.agent IS NULL')
  else if (filter.agent !== undefined) add('follow_ups.agent = ?', filter.agent)
  if (filter.state === 'due') add('follow_ups.due_at >= ?', now)
  if (filter.state === 'overdue') add('follow_ups.due_at < ?', now)
  if (filter.state !== 'done') conditions.push('leads.active = 1')
  if (after !== undefined)
    add(
      'follow_ups.due_at >= ? AND (follow_ups.due_at > ? OR follow_ups.follow_up_id > ?)',
      new Date(after.dueAt),
      new Date(after.dueAt),
      after.followUpId,
    )
  const rows = await tx.select<Row>(
    `${selected} JOIN leads ON leads.tenant_id = follow_ups.tenant_id AND leads.lead_id = follow_ups.lead_id
     WHERE ${conditions.join(' AND ')} ORDER BY follow_ups.due_at, follow_ups.follow_up_id LIMIT ${Math.trunc(limit)}`,
    values,
  )
  return rows.map((row) => toFollowUp(row, now))
}

const toFollowUp = (row: Row, now: Date): FollowUp => ({
  followUpId: uuidOf(row.follow_up_id),
  leadId: uuidOf(row.lead_id),
  state: row.state !== 'open' ? row.state : row.due_at < now.getTime() ? 'overdue' : 'due',
  dueAt: row.due_at,
  note: row.note,
  agent: row.agent,
  remindAt: row.remind_at,
  remindedAt: row.reminded_at,
  author: row.author,
  createdAt: row.created_at,
  settledAt: row.settled_at,
  settledBy: row.settled_by,
})
