import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import type { LeadSnapshot } from './lead-events.ts'

/** A lead's row. Ids are bytes, times milliseconds since 1970. `sequence` is the number of its last history row. */
export type Lead = {
  leadId: Buffer
  contactId: Buffer
  status: string
  active: boolean
  sequence: number
  score: number
  tag: string
  tags: string[]
  assignee: string | null
  previousLeadId: Buffer | null
  source: string
  visitorId: string | null
  conversationId: string | null
  openedAt: number
  lastActivityAt: number
}

type Row = {
  lead_id: Buffer
  contact_id: Buffer
  status: string
  active: number
  sequence: number
  score: number
  tag: string
  tags: string
  assignee: string | null
  previous_lead_id: Buffer | null
  source: string
  visitor_id: string | null
  conversation_id: string | null
  opened_at: number
  last_activity_at: number
}

const columns = [
  'tenant_id',
  'lead_id',
  'contact_id',
  'status',
  'active',
  'sequence',
  'score',
  'tag',
  'tags',
  'assignee',
  'previous_lead_id',
  'source',
  'visitor_id',
  'conversation_id',
  'opened_at',
  'last_activity_at',
]
const selected = columns
  .slice(1)
  .map((column) => `leads.${column}`)
  .join(', ')
const changing = ['status', 'active', 'sequence', 'score', 'tags', 'assignee', 'last_activity_at']

/** Reads these leads of a tenant without a lock, in the order of their ids. */
export async function readLeads(tx: Transaction, tenantId: number, leadIds: readonly Buffer[]): Promise<Lead[]> {
  if (leadIds.length === 0) return []
  const rows = await tx.select<Row>(
    `SELECT ${selected} FROM leads WHERE leads.tenant_id = ? AND leads.lead_id IN (?) ORDER BY leads.lead_id`,
    [tenantId, leadIds],
  )
  return rows.map(toLead)
}

/** Locks these leads of a tenant, in the order of their ids, as everybody does, until the transaction ends; answers them. */
export async function lockLeads(tx: Transaction, tenantId: number, leadIds: readonly Buffer[]): Promise<Lead[]> {
  if (leadIds.length === 0) return []
  const sorted = [...leadIds].sort(Buffer.compare)
  const rows = await tx.select<Row>(
    `SELECT ${selected} FROM leads WHERE leads.tenant_id = ? AND leads.lead_id IN (?) ORDER BY leads.lead_id FOR UPDATE`,
    [tenantId, sorted],
  )
  return rows.map(toLead)
}

/** Locks the contacts, in the order of their ids, and answers those of them that have an active lead. No other lead of theirs becomes active until the transaction ends. */
export async function lockContacts(tx: Transaction, tenantId: number, contactIds: readonly Buffer[]): Promise<Buffer[]> {
  if (contactIds.length === 0) return []
  const sorted = [...contactIds].sort(Buffer.compare)
  await tx.select(
    'SELECT contacts.contact_id FROM contacts WHERE contacts.tenant_id = ? AND contacts.contact_id IN (?) ORDER BY contacts.contact_id FOR UPDATE',
    [tenantId, sorted],
  )
  const rows = await tx.select<{ contact_id: Buffer }>(
    'SELECT leads.contact_id FROM leads WHERE leads.tenant_id = ? AND leads.active_contact_id IN (?)',
    [tenantId, sorted],
  )
  return rows.map(({ contact_id }) => contact_id)
}

/** The next `limit` ids of a tenant's leads behind `after`, the oldest first. */
export async function readLeadIds(tx: Transaction, tenantId: number, after: Buffer, limit: number): Promise<Buffer[]> {
  const rows = await tx.select<{ lead_id: Buffer }>(
    `SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? AND leads.lead_id > ? ORDER BY leads.lead_id LIMIT ${Math.trunc(limit)}`,
    [tenantId, after],
  )
  return rows.map(({ lead_id }) => lead_id)
}

/** Locks the contacts and answers their active leads, locked, and the id of each one's latest lead. Whoever wants to open a lead for a contact waits here, so that it has one active lead at most. */
export async function lockLeadsOfContacts(
  tx: Transaction,
  tenantId: number,
  contactIds: readonly Buffer[],
): Promise<{ active: Lead[]; latest: Map<string, Buffer> }> {
  if (contactIds.length === 0) return { active: [], latest: new Map() }
  const sorted = [...contactIds].sort(Buffer.compare)
  await tx.select(
    'SELECT contacts.contact_id FROM contacts WHERE contacts.tenant_id = ? AND contacts.contact_id IN (?) ORDER BY contacts.contact_id FOR UPDATE',
    [tenantId, sorted],
  )
  const rows = await tx.select<{ lead_id: Buffer; contact_id: Buffer; active: number }>(
    'SELECT leads.lead_id, leads.contact_id, leads.active FROM leads WHERE leads.tenant_id = ? AND leads.contact_id IN (?) ORDER BY leads.lead_id',
    [tenantId, sorted],
  )
  const latest = new Map(rows.map((row) => [row.contact_id.toString('latin1'), row.lead_id]))
  const leads = await lockLeads(
    tx,
    tenantId,
    rows.filter(({ active }) => active === 1).map(({ lead_id }) => lead_id),
  )
  // A person may have closed a lead between the read and the lock.
  return { active: leads.filter(({ active }) => active), latest }
}

/** Writes leads of one tenant, new and changed; the caller holds their locks. What never changes is written once only. */
export async function writeLeads(tx: Transaction, tenantId: number, leads: readonly Lead[]): Promise<void> {
  const rows = [...leads]
    .sort((a, b) => Buffer.compare(a.leadId, b.leadId))
    .map((lead): SqlRow => [
      tenantId,
      lead.leadId,
      lead.contactId,
      lead.status,
      Number(lead.active),
      lead.sequence,
      lead.score,
      lead.tag,
      lead.tags.join(','),
      lead.assignee,
      lead.previousLeadId,
      lead.source,
      lead.visitorId,
      lead.conversationId,
      new Date(lead.openedAt),
      new Date(lead.lastActivityAt),
    ])
  await tx.insert('leads', columns, rows, changing.map((column) => `${column} = VALUES(${column})`).join(', '))
}

/** What the history says of a lead's state. */
export const snapshotOf = (lead: Lead): LeadSnapshot => ({
  status: lead.status,
  active: lead.active,
  score: lead.score,
  tags: [...lead.tags],
  assignee: lead.assignee,
})

const toLead = (row: Row): Lead => ({
  leadId: row.lead_id,
  contactId: row.contact_id,
  status: row.status,
  active: row.active === 1,
  sequence: row.sequence,
  score: row.score,
  tag: row.tag,
  tags: row.tags === '' ? [] : row.tags.split(','),
  assignee: row.assignee,
  previousLeadId: row.previous_lead_id,
  source: row.source,
  visitorId: row.visitor_id,
  conversationId: row.conversation_id,
  openedAt: row.opened_at,
  lastActivityAt: row.last_activity_at,
})
