import type { Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'
import { uuidOf } from './event-identity.ts'
import { readShownPeople } from './shown-people.ts'
import { visibleFrom } from './plan.ts'
import type { Tenant } from './tenants.ts'
import { firstStatusOf, movesFrom, statusOf } from './workflow.ts'

/** A lead as a list shows it. Ids are UUIDs, times milliseconds since 1970. */
export type LeadRow = {
  leadId: string
  openedAt: number
  lastActivityAt: number
  /** Each of the newest submission that has it. */
  name: string | null
  email: string | null
  phone: string | null
  tags: string[]
  status: { name: string; label: string; isFinal: boolean }
  active: boolean
  /** What may be done with it now, in the order of the buttons. */
  moves: { to: string; label: string }[]
  score: number
  assignee: string | null
  source: string
  /** Still in the first status: nobody has taken it up. */
  isNew: boolean
  /** Changed since the user last looked; false for a program. */
  unread: boolean
  submissions: number
  sequence: number
}

type Row = {
  lead_id: Buffer
  status: string
  active: number
  sequence: number
  score: number
  tags: string
  assignee: string | null
  source: string
  opened_at: number
  last_activity_at: number
}

/** These leads of the tenant, in the order given, in a handful of queries however many they are. What the plan hides or is gone is left out. */
export async function readLeadRows(tx: Transaction, tenant: Tenant, leadIds: readonly Buffer[], userId: Buffer | null): Promise<LeadRow[]> {
  if (leadIds.length === 0) return []
  const rows = await tx.select<Row>(
    `SELECT leads.lead_id, leads.status, leads.active, leads.sequence, leads.score, leads.tags, leads.assignee, leads.source, leads.opened_at, leads.last_activity_at
     FROM leads WHERE leads.tenant_id = ? AND leads.lead_id >= ? AND leads.lead_id IN (?)`,
    [tenant.tenantId, await visibleFrom(tx, tenant), leadIds],
  )
  const byId = new Map(rows.map((row) => [textOf(row.lead_id), row]))
  const people = await readShownPeople(tx, tenant.tenantId, leadIds)
  const seen = await readSeen(tx, tenant.tenantId, leadIds, userId)
  return leadIds.flatMap((leadId) => {
    const row = byId.get(textOf(leadId))
    if (row === undefined) return []
    const { name = null, email = null, phone = null, submissions = 0 } = people.get(textOf(leadId)) ?? {}
    return [
      {
        ...rowOf(row, tenant),
        name,
        email,
        phone,
        unread: userId !== null && (seen.get(textOf(leadId)) ?? 0) < row.sequence,
        submissions,
      },
    ]
  })
}

const rowOf = (row: Row, { definition }: Tenant) => ({
  leadId: uuidOf(row.lead_id),
  openedAt: row.opened_at,
  lastActivityAt: row.last_activity_at,
  tags: row.tags === '' ? [] : row.tags.split(','),
  status: statusOf(definition, row.status) ?? { name: row.status, label: row.status, isFinal: row.active === 0 },
  active: row.active === 1,
  moves: movesFrom(definition, row.status).map(({ to, label }) => ({ to, label })),
  score: row.score,
  assignee: row.assignee,
  source: row.source,
  isNew: row.status === firstStatusOf(definition).name,
  sequence: row.sequence,
})

async function readSeen(
  tx: Transaction,
  tenantId: number,
  leadIds: readonly Buffer[],
  userId: Buffer | null,
): Promise<Map<string, number>> {
  if (userId === null) return new Map()
  const rows = await tx.select<{ lead_id: Buffer; sequence: number }>(
    'SELECT lead_reads.lead_id, lead_reads.sequence FROM lead_reads WHERE lead_reads.tenant_id = ? AND lead_reads.user_id = ? AND lead_reads.lead_id IN (?)',
    [tenantId, userId, leadIds],
  )
  return new Map(rows.map((row) => [textOf(row.lead_id), row.sequence]))
}
