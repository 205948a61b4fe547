import type { FastifyRequest } from 'fastify'
import { createOpenIdProvider, type OpenIdProvider } from '../accounts/open-id-provider.ts'
import type { InTransaction } from '../accounts/sign-in.ts'
import type { Config } from '../platform/config.ts'
import type { Part } from '../platform/lifecycle.ts'
import { createMailDoor } from '../platform/mail/smtp-door.ts'
import { withTransaction } from '../platform/mysql/transaction.ts'
import type { ApiParts } from './api-parts.ts'
import { createAccountMails, type AccountMails } from './mails/account-mails.ts'
import { retried } from './transactions.ts'

/** What the routes of signing in need beside the rest. `openId` is undefined when the installation has no provider. */
export type AccountParts = {
  mails: AccountMails
  openId: OpenIdProvider | undefined
  /** Requests a minute that one address may make to the routes that take passwords and send mails. */
  attemptsPerMinute: number
}

/** Each piece of work in a transaction of its own, again where the database broke a deadlock. */
export function inTransaction({ db }: ApiParts): InTransaction {
  return (work) => retried(() => withTransaction(db, 10_000, work))
}

/** What routes are configured with that take passwords or send mails, before anybody is known. */
export function guarded({ accounts }: ApiParts): {
  scope: 'public'
  rateLimit: { max: number; timeWindow: number; keyGenerator(request: FastifyRequest): string }
} {
  return { scope: 'public', rateLimit: { max: accounts.attemptsPerMinute, timeWindow: 60_000, keyGenerator: ({ ip }) => ip } }
}

export const accountSettings = ['SMTP_URL', 'MAIL_FROM', 'OPEN_ID_ISSUER', 'OPEN_ID_CLIENT_ID', 'OPEN_ID_CLIENT_SECRET'] as const
type Settings = Pick<Config, (typeof accountSettings)[number] | 'PUBLIC_URL'>

// Nobody types faster; a list of stolen passwords does.
const attemptsPerMinute = 60

/** The parts for these settings, and the door to the mail server, which the process closes at its end. */
export function startAccounts(settings: Settings, clock: () => Date): { accounts: AccountParts; mailDoor: Part } {
  const { SMTP_URL: smtp, MAIL_FROM: from, PUBLIC_URL: publicUrl } = settings
  const door = createMailDoor(smtp, from, { connections: 2 })
  const mails = createAccountMails({ door, publicUrl, clock })
  const { OPEN_ID_ISSUER: issuer, OPEN_ID_CLIENT_ID: clientId, OPEN_ID_CLIENT_SECRET: clientSecret } = settings
  const openId = issuer === '' ? undefined : createOpenIdProvider({ issuer, clientId, clientSecret, publicUrl })
  return { accounts: { mails, openId, attemptsPerMinute }, mailDoor: { name: 'mail door', stop: async () => door.close() } }
}
