import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { uuidOf } from '../leads/event-identity.ts'
import { settleMail, takeDueMails, type MailVerdict, type TakenMail } from '../leads/mail-ledger.ts'
import { readMailSubject } from '../leads/mail-view.ts'
import { tagLabels } from '../leads/submission.ts'
import { TributaryError } from '../platform/errors.ts'
import type { MailDoor, MailResult } from '../platform/mail/smtp-door.ts'
import type { Metrics } from '../platform/metrics.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import type { LeadMailView } from './lead-mail-view.ts'
import { renderLeadMail } from './render-lead-mail.ts'

export type SendContext = { db: Knex; door: MailDoor; metrics: Metrics; log: Logger; claimMs: number; clock(): Date }

// As many as are sent at once, so that none waits behind others until its claim is over: the door ends a try within 45 s, a claim lasts 60 s.
const batch = 4
const minuteMs = 60_000
const giveUpAfterMs = 48 * 60 * minuteMs

/**
 * One turn of the sender: takes due mails, sends them, writes what became of each. A mail whose last taker died is sent again with the same Message-ID and counted as ambiguous:
 * rather twice than never. Answers how many it took. Throws `smtp-unavailable` when the server takes no mail at all.
 */
export async function sendMails(context: SendContext, signal?: AbortSignal): Promise<number> {
  const claim = randomBytes(16)
  const mails = await withTransaction(context.db, 10_000, (tx) => takeDueMails(tx, claim, batch, context.claimMs, context.clock()))
  const reasons = await Promise.all(mails.map((mail) => sendOne(mail, claim, context, signal)))
  const blocked = reasons.find((reason) => reason !== undefined)
  if (blocked !== undefined)
    throw new TributaryError(
      'smtp-unavailable',
      `The mail server takes no mail (${blocked}). Check SMTP_URL, its user and password, and the server.`,
    )
  return mails.length
}

/** Sends one mail and settles it; answers the reason when the server takes no mail at all. */
async function sendOne(
  mail: TakenMail,
  claim: Buffer,
  { db, door, metrics, log, clock }: SendContext,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const tx = transactionOn(db)
  if (mail.wasTaken) metrics.count('tributary_mails_total', { result: 'ambiguous' })
  const view = await viewOf(mail, db)
  const result: MailResult =
    view === undefined
      ? { result: 'refused', reason: 'the submission that it is about is gone' }
      : await door.send({ ...renderLeadMail(view), to: mail.recipient, messageId: mail.messageId, date: new Date(mail.queuedAt) }, signal)
  const verdict = verdictOn(mail, result, clock())
  await settleMail(tx, mail, claim, verdict, clock())
  const counted = { sent: 'sent', failed: 'failed', queued: 'retried' } as const
  metrics.count('tributary_mails_total', { result: result.result === 'ambiguous' ? 'ambiguous' : counted[verdict.state] })
  if (verdict.state === 'sent') metrics.observe('tributary_mail_seconds', {}, (clock().getTime() - mail.queuedAt) / 1000)
  else
    log.warn(
      { mail: mail.mailId.toString('hex'), state: verdict.state, reason: verdict.reason, attempts: mail.attempts },
      'a mail was not sent',
    )
  return result.result === 'blocked' ? result.reason : undefined
}

/** What follows from the server's answer: an end, or another try after 1, 2, 4 … minutes, at most an hour apart, for two days. */
export function verdictOn(mail: Pick<TakenMail, 'attempts' | 'queuedAt'>, result: MailResult, now: Date): MailVerdict {
  if (result.result === 'sent') return { state: 'sent' }
  if (result.result === 'refused') return { state: 'failed', reason: result.reason }
  // A server that takes no mail at all says nothing about this one: it waits, however long the server's own trouble lasts.
  if (result.result === 'blocked') return { state: 'queued', reason: result.reason, dueAt: new Date(now.getTime() + minuteMs) }
  if (now.getTime() - mail.queuedAt > giveUpAfterMs) return { state: 'failed', reason: `given up after two days: ${result.reason}` }
  const waitMs = Math.min(60, 2 ** (mail.attempts - 1)) * minuteMs
  return { state: 'queued', reason: result.reason, dueAt: new Date(now.getTime() + waitMs) }
}

async function viewOf(mail: TakenMail, db: Knex): Promise<LeadMailView | undefined> {
  if (mail.submissionId === null) return undefined
  const subject = await readMailSubject(transactionOn(db), mail.tenantId, mail, mail.submissionId)
  if (subject === undefined) return undefined
  const { content, tag, ...rest } = subject
  const { name, email, phone, orderNumber, message, transcript, products } = content
  return {
    ...rest,
    kind: mail.template,
    tagLabel: tagLabels[tag],
    name,
    email,
    phone,
    orderNumber,
    message,
    transcript,
    products,
    leadId: uuidOf(mail.leadId),
  }
}
