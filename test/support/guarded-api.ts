import { randomUUID } from 'node:crypto'
import { commandLine } from '../../services/accounts/actor.ts'
import { createToken } from '../../services/accounts/api-tokens.ts'
import type { Role, Scope } from '../../services/accounts/principal.ts'
import type { User } from '../../services/accounts/user-store.ts'
import { createExpectAgent, createIdentify } from '../../services/api/identify.ts'
import { accountParts, goodPassword, inTransactions, makeUser } from './accounts.ts'
import { startApi } from './api.ts'
import { createWorld, eventually, testStack } from './world.ts'

export const publicUrl = 'https://leads.shop.example'

type Body = Record<string, unknown> & { code?: string; csrfToken?: string }
export type Answer = { status: number; headers: Headers; body: Body }
/** A browser with a session: sends its cookie, and its CSRF token with every write. */
export type Browser = {
  cookie: string
  csrfToken: string
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}
type Request = { body?: unknown; headers?: Record<string, string> }
export type CaughtMail = { id: number; to: string; subject: string }

/** The API with its real doors: sessions, tokens and mails, and a clock that a test turns. Tenants demo and other. */
export async function startGuardedApi() {
  const world = await createWorld(['demo', 'other'], 1)
  const accounts = accountParts(world.env['SMTP_URL'] ?? '', publicUrl)
  const time = { nowMs: Date.UTC(2026, 10, 21, 9) }
  const clock = () => new Date(time.nowMs)
  const parts = {
    clock,
    publicUrl,
    accounts,
    identify: createIdentify({ db: world.db, clock, publicUrl }),
    expectAgent: createExpectAgent(world.db),
  }
  const api = await startApi(world, parts)

  const ask = async (method: string, path: string, { body, headers = {} }: Request = {}, url = api.url): Promise<Answer> => {
    const answer = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Body }
  }
  const browserOf = (answer: Answer): Browser => {
    const cookie = cookieIn(answer)
    const { csrfToken = '' } = answer.body
    return {
      cookie,
      csrfToken,
      ask: (method, path, body, headers = {}) => ask(method, path, { body, headers: { cookie, 'x-csrf-token': csrfToken, ...headers } }),
    }
  }
  const newUser = (role: Role, tenantId = 1) => makeUser(world.db, tenantId, role, clock())
  const signIn = (user: User, tenant = 'demo', password = goodPassword) =>
    ask('POST', '/v1/session', { body: { tenant, email: user.email, password } })

  return {
    world,
    api,
    parts,
    time,
    ask,
    browserOf,
    newUser,
    signIn,
    enter: async (role: Role) => browserOf(await signIn(await newUser(role))),
    tokenOf: (scopes: Scope[], tenantId = 1, expiresAt: Date | null = null) =>
      inTransactions(world.db)((tx) => createToken(tx, commandLine, { tenantId, name: 'CRM', scopes, expiresAt }, clock())),
    close: async () => {
      await api.close()
      accounts.close()
      await world.close()
    },
  }
}

export type GuardedApi = Awaited<ReturnType<typeof startGuardedApi>>

export const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } })
export const newAddress = () => `${randomUUID()}@shop.example`

/** The session's cookie that an answer sets; empty when it sets none. */
export const cookieIn = ({ headers }: Answer) =>
  headers
    .getSetCookie()
    .find((line) => line.startsWith('tributary_session='))
    ?.split(';')[0] ?? ''

/** All mails that the catcher holds. */
export const caughtMails = async () => (await (await fetch(`${testStack().mailPage}api/messages`)).json()) as CaughtMail[]

/** The last mail to this address, as soon as there is one. */
export async function mailTo(address: string): Promise<{ text: string; html: string; subject: string }> {
  const mails = await eventually(
    'the mail',
    async () => (await caughtMails()).filter(({ to }) => to.includes(address)),
    (found) => found.length > 0,
  )
  return (await (await fetch(`${testStack().mailPage}api/messages/${mails.at(-1)?.id}`)).json()) as {
    text: string
    html: string
    subject: string
  }
}

/** The ticket behind the # of the link in a mail. */
export const ticketIn = ({ text }: { text: string }) => /#(\d+_[\w-]{43})/.exec(text)?.[1] ?? ''
