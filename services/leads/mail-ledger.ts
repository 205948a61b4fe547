import { createHash } from 'node:crypto'
import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import type { Tenant } from './tenants.ts'

export type MailTemplate = 'new-lead' | 'follow-up' | 'follow-up-reminder'
export type MailIntent = { leadId: Buffer; sequence: number; submissionId: Buffer | null; template: MailTemplate }

/** A mail that a mailer has taken. In the ledger a mail is `queued`, `sending` (taken), `sent` (the server took it) or `failed` (it never will). `wasTaken`: an earlier try took it and never said what became of it. */
export type TakenMail = {
  tenantId: number
  mailId: Buffer
  leadId: Buffer
  submissionId: Buffer | null
  sequence: number
  template: MailTemplate
  recipient: string
  attempts: number
  messageId: string
  queuedAt: number
  wasTaken: boolean
}

/**
 * Queues one mail per intent to the tenant's address. The id is made of lead, history row and recipient: the same event queues the same mail, once. The Message-ID is fixed with it,
 * so that a mail sent twice after a crash can be known as one.
 */
export async function queueMails(
  tx: Transaction,
  tenant: Tenant,
  recipient: string,
  intents: readonly MailIntent[],
  domain: string,
  now: Date,
): Promise<void> {
  const rows = intents.map(({ leadId, sequence, submissionId, template }): SqlRow => {
    const mailId = createHash('sha256')
      .update(`${tenant.slug}\0${leadId.toString('hex')}\0${sequence}\0${recipient}`)
      .digest()
      .subarray(0, 16)
    return [
      tenant.tenantId,
      mailId,
      leadId,
      submissionId,
      sequence,
      template,
      recipient,
      'queued',
      `<${mailId.toString('hex')}@${domain}>`,
      now,
      now,
    ]
  })
  const sorted = rows.sort((a, b) => Buffer.compare(a[1] as Buffer, b[1] as Buffer))
  await tx.insert(
    'mails',
    ['tenant_id', 'mail_id', 'lead_id', 'submission_id', 'sequence', 'template', 'recipient', 'state', 'message_id', 'queued_at', 'due_at'],
    sorted,
    'tenant_id = VALUES(tenant_id)',
  )
}

type Row = {
  tenant_id: number
  mail_id: Buffer
  lead_id: Buffer
  submission_id: Buffer | null
  sequence: number
  template: MailTemplate
  recipient: string
  attempts: number
  message_id: string
  queued_at: number
  reason: string | null
}

/** What `reason` says of a mail that is being sent; found by the next mailer after a crash, it makes the sending ambiguous. */
const inFlight = 'being sent'

/**
 * Takes up to `limit` due mails for `claim`, oldest first; nobody else gets them until `leaseMs` from now. A mail whose taker died comes up again then.
 */
export async function takeDueMails(tx: Transaction, claim: Buffer, limit: number, leaseMs: number, now: Date): Promise<TakenMail[]> {
  const due = await tx.select<Row>(
    `SELECT tenant_id, mail_id, lead_id, submission_id, sequence, template, recipient, attempts, message_id, queued_at, reason FROM mails WHERE due_at <= ? ORDER BY due_at LIMIT ${limit} FOR UPDATE`,
    [now],
  )
  for (const tenantId of new Set(due.map((row) => row.tenant_id))) {
    const ids = due.filter((row) => row.tenant_id === tenantId).map((row) => row.mail_id)
    const until = new Date(now.getTime() + leaseMs)
    await tx.execute(
      "UPDATE mails SET state = 'sending', reason = ?, claim = ?, due_at = ?, attempts = attempts + 1 WHERE tenant_id = ? AND mail_id IN (?)",
      [inFlight, claim, until, tenantId, ids],
    )
  }
  return due.map((row) => ({
    tenantId: row.tenant_id,
    mailId: row.mail_id,
    leadId: row.lead_id,
    submissionId: row.submission_id,
    sequence: row.sequence,
    template: row.template,
    recipient: row.recipient,
    attempts: row.attempts + 1,
    messageId: row.message_id,
    queuedAt: row.queued_at,
    wasTaken: row.reason === inFlight,
  }))
}

/** What became of a try: `again` with the time of the next one, or an end. */
export type MailVerdict = { state: 'sent' } | { state: 'failed'; reason: string } | { state: 'queued'; reason: string; dueAt: Date }

/** Writes the verdict on a mail that `claim` still holds; answers false when another mailer has it by now. */
export async function settleMail(tx: Transaction, mail: TakenMail, claim: Buffer, verdict: MailVerdict, now: Date): Promise<boolean> {
  const reason = verdict.state === 'sent' ? null : verdict.reason.slice(0, 500)
  const dueAt = verdict.state === 'queued' ? verdict.dueAt : null
  const sentAt = verdict.state === 'sent' ? now : null
  const changed = await tx.execute(
    'UPDATE mails SET state = ?, reason = ?, due_at = ?, sent_at = ?, claim = NULL WHERE tenant_id = ? AND mail_id = ? AND claim = ?',
    [verdict.state, reason, dueAt, sentAt, mail.tenantId, mail.mailId, claim],
  )
  return changed > 0
}

/** How many mails wait, and since when the oldest does (0 for none). */
export async function mailBacklog(tx: Transaction): Promise<{ queued: number; oldestAt: number }> {
  const [row] = await tx.select<{ queued: number; oldest: number | null }>(
    'SELECT COUNT(*) AS queued, MIN(queued_at) AS oldest FROM mails WHERE due_at IS NOT NULL',
  )
  return { queued: Number(row?.queued ?? 0), oldestAt: row?.oldest ?? 0 }
}
