import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { uuidOf } from '../leads/event-identity.ts'
import { readTenant } from '../leads/tenants.ts'
import { settleNotice, takeNotices, type WebhookNotice } from '../leads/webhook-notices.ts'
import type { MailDoor } from '../platform/mail/smtp-door.ts'
import { transactionOn, withTransaction, type Transaction } from '../platform/mysql/transaction.ts'
import { escape, link } from './html-parts.ts'
import { formatTime } from './shown-facts.ts'

export type NoticeContext = {
  db: Knex
  door: Pick<MailDoor, 'send'>
  log: Logger
  /** Right-hand side of Message-IDs. */
  domain: string
  publicUrl: string
  clock(): Date
  /** Addresses of those who look after a tenant. */
  addressesOf(tx: Transaction, tenantId: number): Promise<string[]>
}

/**
 * Tells the people of a tenant of each webhook that disabled itself. A notice that could not be sent, or whose sender died, is sent again after some minutes with the same Message-ID.
 * Answers how many it took.
 */
export async function sendWebhookNotices(context: NoticeContext, signal?: AbortSignal): Promise<number> {
  const { db, clock } = context
  const notices = await withTransaction(db, 10_000, (tx) => takeNotices(tx, clock()))
  for (const notice of notices) if (await sendNotice(notice, context, signal)) await settleNotice(transactionOn(db), notice)
  return notices.length
}

/** Sends one notice to all who are to have it; answers whether it is settled. */
async function sendNotice(notice: WebhookNotice, context: NoticeContext, signal: AbortSignal | undefined): Promise<boolean> {
  const { db, door, log, domain, addressesOf } = context
  const tenant = await readTenant(transactionOn(db), notice.tenantId)
  const addresses = await addressesOf(transactionOn(db), notice.tenantId)
  const recipients = addresses.length > 0 || tenant.mailTo === null ? addresses : [tenant.mailTo]
  const mail = renderNotice(notice, tenant.name, tenant.timezone, context.publicUrl)
  const results = await Promise.all(
    [...new Set(recipients)].map((to) =>
      door.send({ ...mail, to, messageId: messageIdOf(notice, to, domain), date: new Date(notice.disabledAt) }, signal),
    ),
  )
  const open = results.filter(({ result }) => result !== 'sent' && result !== 'refused')
  if (results.length === 0 || open.length > 0 || results.some(({ result }) => result === 'refused'))
    log.warn(
      { webhook: uuidOf(notice.webhookId), results: results.map(({ result }) => result) },
      'not everybody who should was told of a webhook that was disabled',
    )
  return open.length === 0
}

function renderNotice({ url, description, reason, disabledAt }: WebhookNotice, tenantName: string, timezone: string, publicUrl: string) {
  const { host } = new URL(url)
  const name = description === '' ? host : `${description} (${host})`
  const why =
    reason === 'gone'
      ? 'Its endpoint answered 410 Gone, which means that it wants no more events.'
      : 'For three days its endpoint has not accepted a single event.'
  const what = [
    `The webhook ${name} of ${tenantName} was disabled at ${formatTime(disabledAt, timezone)}.`,
    why,
    'Leads come in as before, but that endpoint is not told of them.',
    'When it works again, enable the webhook and replay the failed deliveries. They are kept for 30 days.',
  ]
  return {
    subject: `A webhook to ${host} was disabled`,
    text: [...what, publicUrl, ''].join('\n\n'),
    html: `${what.map((sentence) => `<p>${escape(sentence)}</p>`).join('')}<p>${link(publicUrl, escape(publicUrl))}</p>`,
  }
}

function messageIdOf({ webhookId, disabledAt }: WebhookNotice, to: string, domain: string): string {
  const id = createHash('sha256').update(webhookId).update(`${disabledAt}\0${to}`).digest('hex').slice(0, 32)
  return `<${id}@${domain}>`
}
