import { Readable } from 'node:stream'
import nodemailer from 'nodemailer'
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js'

export type OutgoingMail = {
  to: string
  subject: string
  html: string
  text: string
  messageId: string
  date: Date
  headers?: Record<string, string>
}

/**
 * What the server made of a mail. `sent`: it took it. `refused`: it never will. `retry`: it surely has not got it. `ambiguous`: the body was on its way when the
 * connection broke, so it may have it. `blocked`: no mail at all can be sent (login, TLS, configuration). A reason never holds an address.
 */
export type MailResult = { result: 'sent' } | { result: 'refused' | 'retry' | 'ambiguous' | 'blocked'; reason: string }

export type MailDoor = { send(mail: OutgoingMail): Promise<MailResult>; close(): void }

type SmtpError = { code?: string; responseCode?: number; message: string }

const blockedCodes = new Set(['EAUTH', 'ETLS', 'ECONFIG', 'ENOAUTH', 'EOAUTH2'])

/**
 * Sends mails through the server at `url`, from `from`, on up to `connections` connections. One recipient a mail; retries are the caller's: the same Message-ID and Date
 * each time. Addresses are checked here and never parsed by the library, which has had a run of parser advisories; file and URL access are off.
 */
export function createMailDoor(url: string, from: string, connections = 4): MailDoor {
  const address = new URL(url)
  const options: SMTPPool.Options & { maxRequeues: number; dnsTimeout: number } = {
    pool: true,
    host: address.hostname,
    port: Number(address.port || (address.protocol === 'smtps:' ? 465 : 587)),
    secure: address.protocol === 'smtps:',
    ...(address.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(address.username), pass: decodeURIComponent(address.password) } }),
    maxConnections: connections,
    maxMessages: 1000,
    maxRequeues: 0,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    dnsTimeout: 5_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  const transport = nodemailer.createTransport(options)

  const send = async (mail: OutgoingMail): Promise<MailResult> => {
    if (!isAddress(mail.to)) return { result: 'refused', reason: 'the recipient is no address of the form name@domain' }
    // The library reads the HTML part only once the server has asked for the body: a read one tells "maybe sent" from "surely not".
    const html = Readable.from([mail.html])
    try {
      const info = await transport.sendMail({
        from: { name: 'Tributary', address: from },
        to: { name: '', address: mail.to },
        envelope: { from, to: [mail.to] },
        subject: withoutControls(mail.subject),
        text: mail.text,
        html,
        messageId: mail.messageId,
        date: mail.date,
        headers: { 'Auto-Submitted': 'auto-generated', ...mail.headers },
      })
      return info.rejected.length > 0 ? { result: 'refused', reason: 'the server refused the recipient' } : { result: 'sent' }
    } catch (error) {
      return classify(error as SmtpError, html.readableDidRead)
    }
  }
  return { send, close: () => transport.close() }
}

function classify(error: SmtpError, bodyWasRead: boolean): MailResult {
  const { code = '', responseCode } = error
  const reason = responseCode === undefined ? `the connection failed (${code || 'no code'})` : `the server answered ${responseCode}`
  if (blockedCodes.has(code)) return { result: 'blocked', reason }
  if (responseCode !== undefined)
    return responseCode >= 500 && responseCode !== 503 ? { result: 'refused', reason } : { result: 'retry', reason }
  return { result: bodyWasRead ? 'ambiguous' : 'retry', reason }
}

/** Whether `text` is an address that can be mailed to: an ASCII local part, a domain of letters, digits and hyphens, 254 characters at most (RFC 5321, without quoting). */
export function isAddress(text: string): boolean {
  return (
    text.length <= 254 &&
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(
      text,
    )
  )
}

const withoutControls = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
