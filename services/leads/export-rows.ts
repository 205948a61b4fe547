import type { Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'

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
  const submitted = await readSubmitted(
    tx,
    tenantId,
    rows.map(({ lead_id }) => lead_id),
  )
  return leadIds.flatMap((leadId) => {
    const row = found.get(textOf(leadId))
    return row === undefined ? [] : [toExportRow(row, submitted.get(textOf(leadId)) ?? [])]
  })
}

type Submitted = {
  submissionId: Buffer
  leadId: Buffer
  name: string | null
  email: string | null
  phone: string | null
  orderNumber: string | null
}

// As on the lead's page: of what a person gave several times the newest stands, and order numbers are all shown.
function toExportRow(row: Row, submitted: readonly Submitted[]): ExportRow {
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

/** The submissions of leads, oldest first, by lead. */
async function readSubmitted(tx: Transaction, tenantId: number, leadIds: readonly Buffer[]): Promise<Map<string, Submitted[]>> {
  const byLead = new Map<string, Submitted[]>()
  if (leadIds.length === 0) return byLead
  const field = (name: string, as: string) => `JSON_EXTRACT(submissions.content, '$.${name}') AS ${as}`
  const rows = await tx.select<
    Record<'name' | 'email' | 'phone' | 'order_number', string | null> & { submission_id: Buffer; lead_id: Buffer }
  >(
    `SELECT lead_submissions.submission_id, lead_submissions.lead_id, ${field('name', 'name')}, ${field('email', 'email')}, ${field('phone', 'phone')}, ${field('orderNumber', 'order_number')}
     FROM lead_submissions JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id
     WHERE lead_submissions.tenant_id = ? AND lead_submissions.lead_id IN (?) ORDER BY lead_submissions.lead_id, lead_submissions.submission_id`,
    [tenantId, leadIds],
  )
  for (const row of rows) {
    const own = byLead.get(textOf(row.lead_id)) ?? []
    own.push({
      submissionId: row.submission_id,
      leadId: row.lead_id,
      name: textIn(row.name),
      email: textIn(row.email),
      phone: textIn(row.phone),
      orderNumber: textIn(row.order_number),
    })
    byLead.set(textOf(row.lead_id), own)
  }
  return byLead
}

function textIn(json: string | null): string | null {
  const value: unknown = json === null ? null : JSON.parse(json)
  return typeof value === 'string' ? value : null
}
