import type { Readable } from 'node:stream'
import nodemailer from 'nodemailer'
import type Mail from 'nodemailer/lib/mailer/index.js'
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js'
import { TributaryError } from '../errors.ts'
import { isAddress } from './mail-address.ts'
import { judgeError, withoutAddresses, type MailResult, type SmtpError } from './smtp-answer.ts'

export type { MailResult } from './smtp-answer.ts'

export type OutgoingMail = {
  to: string
  subject: string
  html: string
  text: string
  messageId: string
  date: Date
  headers?: Record<string, string>
}

export type MailDoor = {
  /** Sends a mail and tells what became of it; does not throw for anything that a server or a network does. `signal` stops it. */
  send(mail: OutgoingMail, signal?: AbortSignal): Promise<MailResult>
  /** Connects and logs in; throws `smtp-unavailable` with the reason when that fails. */
  verify(): Promise<void>
  /** Closes idle connections now and busy ones after their mail. */
  close(): void
}

export type MailDoorOptions = { connections?: number; timeouts?: Partial<typeof defaultTimeouts> }

// `mailMs` bounds a whole sending: a server that trickles its answer resets every other clock. It stays under the time after which another mailer takes the mail over.
const defaultTimeouts = { connectMs: 10_000, greetingMs: 10_000, answerMs: 20_000, dnsMs: 5_000, mailMs: 45_000 }

type PoolOptions = SMTPPool.Options & { maxRequeues: number; dnsTimeout: number }
type TrackedMail = Mail.Options & { signal: AbortSignal; tracker: { body?: Readable } }

/**
 * Sends mails through the server at `url`, from `from`. One recipient a mail; retries are the caller's: the same Message-ID and Date each time.
 * Addresses are checked here and never parsed by the library, which has had a run of parser advisories; file and URL access are off.
 */
export function createMailDoor(url: string, from: string, { connections = 4, timeouts = {} }: MailDoorOptions = {}): MailDoor {
  const { mailMs, ...limits } = { ...defaultTimeouts, ...timeouts }
  const transport = nodemailer.createTransport(poolOptions(new URL(url), connections, limits))
  // The library fills its buffers with the parts of a mail before it has spoken to the server, so only the finished stream tells whether the server was given any of it.
  transport.use('stream', (mail, done) => {
    const { tracker } = mail.data as TrackedMail
    mail.message.processFunc((body) => (tracker.body = body))
    done()
  })

  const send = async (mail: OutgoingMail, signal?: AbortSignal): Promise<MailResult> => {
    if (!isAddress(mail.to)) return { result: 'refused', reason: 'the recipient is no address of the form name@domain' }
    const deadline = AbortSignal.timeout(mailMs)
    const tracked: TrackedMail = {
      ...messageOf(mail, from),
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      tracker: {},
    }
    try {
      const { rejected, response } = await transport.sendMail(tracked)
      if (rejected.length > 0) return { result: 'refused', reason: 'the server refused the recipient' }
      return { result: 'sent', response: withoutAddresses(response, mail.to) }
    } catch (error) {
      return judgeError(error as SmtpError, tracked.tracker.body?.readableDidRead ?? false, mail.to)
    }
  }

  const verify = async () => {
    try {
      await transport.verify()
    } catch (error) {
      const judged = judgeError(error as SmtpError, false, from)
      throw new TributaryError(
        'smtp-unavailable',
        `No connection to the mail server: ${'reason' in judged ? judged.reason : judged.result}.`,
      )
    }
  }
  return { send, verify, close: () => transport.close() }
}

/**
 * Whether a server must be asked for TLS before it is given a login: it must unless the connection is encrypted from its start, there is no login, or it stays on this machine.
 * Without it a man in the middle strips the server's offer of STARTTLS and reads the password (RFC 8314).
 */
export function mustEncrypt({ protocol, username, hostname }: URL): boolean {
  return protocol === 'smtp:' && username !== '' && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

type Limits = Omit<typeof defaultTimeouts, 'mailMs'>

function poolOptions(address: URL, connections: number, limits: Limits): PoolOptions {
  const isSecure = address.protocol === 'smtps:'
  return {
    pool: true,
    host: address.hostname,
    port: Number(address.port || (isSecure ? 465 : 587)),
    secure: isSecure,
    requireTLS: mustEncrypt(address),
    ...(address.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(address.username), pass: decodeURIComponent(address.password) } }),
    maxConnections: connections,
    maxMessages: 1000,
    maxRequeues: 0,
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.greetingMs,
    socketTimeout: limits.answerMs,
    dnsTimeout: limits.dnsMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function messageOf(mail: OutgoingMail, from: string): Mail.Options {
  const headers = Object.entries(mail.headers ?? {}).map(([name, value]) => [name, onOneLine(value)])
  return {
    from: { name: 'Tributary', address: from },
    to: { name: '', address: mail.to },
    envelope: { from, to: [mail.to] },
    subject: onOneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    messageId: onOneLine(mail.messageId),
    date: mail.date,
    headers: { 'Auto-Submitted': 'auto-generated', ...(Object.fromEntries(headers) as Record<string, string>) },
  }
}

/** `text` without controls, line separators and the marks that turn the direction of what follows. */
const onOneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
