import type { Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'
import { readSubmitted, type Submitted } from './submitted-fields.ts'

/** A lead as an export shows it. Texts are as they were given; times are milliseconds since 1970. */
export type ExportRow = {
  leadId: Buffer
  openedAt: number
  name: string | null
  email: string | null
  phone: string | null
  orderNumbers: string[]
  tags: string[]
  status: string
  score: number
  assignee: string | null
  source: string
  lastActivityAt: number
  submissions: number
}

type Row = {
  lead_id: Buffer
  opened_at: number
  tags: string
  status: string
  score: number
  assignee: string | null
  source: string
  last_activity_at: number
}

/** These leads of a tenant, from the lead `from` on (the bound of its plan), in the order asked; one that is not there is left out. */
export async function readExportRows(tx: Transaction, tenantId: number, leadIds: readonly Buffer[], from: Buffer): Promise<ExportRow[]> {
  if (leadIds.length === 0) return []
  const rows = await tx.select<Row>(
    `SELECT leads.lead_id, leads.opened_at, leads.tags, leads.status, leads.score, leads.assignee, leads.source, leads.last_activity_at FROM leads
     WHERE leads.tenant_id = ? AND leads.lead_id IN (?) AND leads.lead_id >= ?`,
    [tenantId, leadIds, from],
  )
  const found = new Map(rows.map((row) => [textOf(row.lead_id), row]))
  const submitted = new Map<string, Submitted[]>(rows.map(({ lead_id }) => [textOf(lead_id), []]))
  const leadsFound = rows.map(({ lead_id }) => lead_id)
  for (const one of await readSubmitted(tx, tenantId, 'lead_id', leadsFound)) submitted.get(textOf(one.leadId))?.push(one)
  return leadIds.flatMap((leadId) => {
    const row = found.get(textOf(leadId))
    return row === undefined ? [] : [toExportRow(row, submitted.get(textOf(leadId)) ?? [])]
  })
}

// As on the lead's page: of what a person gave several times the newest stands, and order numbers are all shown.
function toExportRow(row: Row, submissions: readonly Submitted[]): ExportRow {
  const submitted = [...submissions].sort((a, b) => Buffer.compare(a.submissionId, b.submissionId))
  const newest = (field: 'name' | 'email' | 'phone') => submitted.findLast((one) => isSaid(one[field]))?.[field] ?? null
  return {
    leadId: row.lead_id,
    openedAt: row.opened_at,
    name: newest('name'),
    email: newest('email'),
    phone: newest('phone'),
    orderNumbers: [...new Set(submitted.map(({ orderNumber }) => orderNumber).filter(isSaid))],
    tags: row.tags === '' ? [] : row.tags.split(','),
    status: row.status,
    score: row.score,
    assignee: row.assignee,
    source: row.source,
    lastActivityAt: row.last_activity_at,
    submissions: submitted.length,
  }
}

const isSaid = (text: string | null): text is string => text !== null && text.trim() !== ''
