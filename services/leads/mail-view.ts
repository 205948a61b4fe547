import type { Transaction } from '../platform/mysql/transaction.ts'
import type { MailTemplate } from './mail-ledger.ts'
import type { SubmissionContent, Tag } from './submission.ts'

/** What a notification mail tells: one submission and where it stands in its lead. */
export type MailSubject = {
  tenantName: string
  timezone: string
  tag: Tag
  content: SubmissionContent
  occurredAt: number
  source: string
  submissionNumber: number
  /** The follow-up that a reminder is about. */
  followUp: { dueAt: number; note: string } | null
}

type Row = { tenant_name: string; timezone: string; tag: Tag; content: string; occurred_at: number; source: string; number: number }

/** Reads what the mail about a submission tells; undefined when the submission is gone (erased). */
export async function readMailSubject(
  tx: Transaction,
  tenantId: number,
  mail: { leadId: Buffer; sequence: number; template: MailTemplate },
  submissionId: Buffer,
): Promise<MailSubject | undefined> {
  const [row] = await tx.select<Row>(
    `SELECT tenants.name AS tenant_name, tenants.timezone, submissions.tag, submissions.content, submissions.occurred_at, submissions.source,
       (SELECT COUNT(*) FROM lead_events WHERE lead_events.tenant_id = submissions.tenant_id AND lead_events.aggregateid = ? AND lead_events.sequence <= ?
          AND lead_events.type IN ('opened', 'submission_added')) AS number
     FROM submissions JOIN tenants ON tenants.tenant_id = submissions.tenant_id WHERE submissions.tenant_id = ? AND submissions.submission_id = ?`,
    [mail.leadId, mail.sequence, tenantId, submissionId],
  )
  if (row === undefined) return undefined
  return {
    tenantName: row.tenant_name,
    timezone: row.timezone,
    tag: row.tag,
    content: JSON.parse(row.content) as SubmissionContent,
    occurredAt: row.occurred_at,
    source: row.source,
    submissionNumber: Number(row.number),
    followUp: mail.template === 'follow-up-reminder' ? await readFollowUpOf(tx, tenantId, mail) : null,
  }
}

async function readFollowUpOf(tx: Transaction, tenantId: number, { leadId, sequence }: { leadId: Buffer; sequence: number }) {
  const [row] = await tx.select<{ due_at: number; note: string }>(
    'SELECT follow_ups.due_at, follow_ups.note FROM follow_ups WHERE follow_ups.tenant_id = ? AND follow_ups.lead_id = ? AND follow_ups.sequence = ?',
    [tenantId, leadId, sequence],
  )
  return row === undefined ? null : { dueAt: row.due_at, note: row.note }
}
