import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Findable } from './search-terms.ts'

/** Who sent a submission, as was given there, and the lead that it belongs to. */
export type Submitted = Findable & { submissionId: Buffer; leadId: Buffer; tag: string }

type Row = {
  submission_id: Buffer
  lead_id: Buffer
  tag: string
  name: string | null
  email: string | null
  phone: string | null
  order_number: string | null
}

/** The submissions with these ids, or of these leads, without what is long in them: transcripts stay in the database. */
export async function readSubmitted(
  tx: Transaction,
  tenantId: number,
  by: 'submission_id' | 'lead_id',
  ids: readonly Buffer[],
): Promise<Submitted[]> {
  if (ids.length === 0) return []
  const field = (name: string, as: string) => `JSON_EXTRACT(submissions.content, '$.${name}') AS ${as}`
  const rows = await tx.select<Row>(
    `SELECT submissions.submission_id, lead_submissions.lead_id, submissions.tag,
      ${field('name', 'name')}, ${field('email', 'email')}, ${field('phone', 'phone')}, ${field('orderNumber', 'order_number')}
     FROM lead_submissions JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id
     WHERE lead_submissions.tenant_id = ? AND lead_submissions.${by} IN (?)`,
    [tenantId, ids],
  )
  return rows.map((row) => ({
    submissionId: row.submission_id,
    leadId: row.lead_id,
    tag: row.tag,
    name: textIn(row.name),
    email: textIn(row.email),
    phone: textIn(row.phone),
    orderNumber: textIn(row.order_number),
  }))
}

// JSON text and not the bare value: unquoted, a missing name would read like a person called null.
function textIn(json: string | null): string | null {
  const value: unknown = json === null ? null : JSON.parse(json)
  return typeof value === 'string' ? value : null
}
