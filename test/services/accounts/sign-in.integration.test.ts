import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { hash } from 'argon2'
import type { Knex } from 'knex'
import { commandLine } from '../../../services/accounts/actor.ts'
import { createToken, findTokenHolder, listTokens, revokeToken } from '../../../services/accounts/api-tokens.ts'
import { findSession, isCsrfToken } from '../../../services/accounts/sessions.ts'
import { signIn, type SignIn } from '../../../services/accounts/sign-in.ts'
import { changePassword, resetPassword, requestReset } from '../../../services/accounts/take-account.ts'
import { setPasswordHash, type User } from '../../../services/accounts/user-store.ts'
import { changeUser } from '../../../services/accounts/users.ts'
import { addTenant } from '../../../services/leads/tenants.ts'
import { connectDatabase } from '../../../services/platform/mysql/connection.ts'
import { transactionOn, type Transaction } from '../../../services/platform/mysql/transaction.ts'
import { goodPassword, inTransactions, makeUser, newTenant } from '../../support/accounts.ts'
import { createDatabase } from '../../support/world.ts'

const start = Date.UTC(2026, 10, 21, 9)
const after = (ms: number) => new Date(start + ms)
const now = after(0)
const minute = 60_000
const hour = 60 * minute

let db: Knex
let tx: Transaction
let user: User
const run = <Result>(work: (inner: Transaction) => Promise<Result>) => inTransactions(db)(work)
beforeAll(async () => {
  db = connectDatabase(await createDatabase(`tributary_test_${randomUUID().slice(0, 8)}`), 8)
  tx = transactionOn(db)
  await addTenant(tx, newTenant('shop'), now)
  await addTenant(tx, newTenant('other'), now)
  user = await makeUser(db, 1, 'agent', now)
})
afterAll(() => db.destroy())

// Each attempt from an address of its own, unless a test says otherwise.
let addresses = 0
const attempt = (change: Partial<SignIn> = {}, at = now) =>
  signIn(
    run,
    { tenantSlug: 'shop', email: user.email, password: goodPassword, address: `10.0.${addresses >> 8}.${addresses++ & 255}`, ...change },
    at,
  )

async function cookieOf(someone: User, at = now): Promise<string> {
  const result = await attempt({ email: someone.email }, at)
  if (result.result !== 'signed-in') throw new Error(result.result)
  return result.cookie
}

describe('signing in', () => {
  it('works with tenant, address in any case, and password', async () => {
    const result = await attempt({ email: ` ${user.email.toUpperCase()} ` })
    expect(result).toMatchObject({ result: 'signed-in', user: { id: user.id } })
  })

  it.each<[string, () => Promise<Partial<SignIn>>]>([
    ['a wrong password', async () => ({ password: 'wrong horse battery staple' })],
    ['an unknown address', async () => ({ email: 'nobody@shop.example' })],
    ['no address at all', async () => ({ email: "' OR 1=1 --" })],
    ['the tenant of somebody else', async () => ({ tenantSlug: 'other' })],
    ['an unknown tenant', async () => ({ tenantSlug: 'nowhere' })],
    [
      'a disabled account',
      async () => {
        const gone = await makeUser(db, 1, 'agent', now)
        await run((inner) => changeUser(inner, commandLine, { tenantId: 1, id: gone.id, change: { disabled: true } }, now))
        return { email: gone.email }
      },
    ],
  ])('with %s is refused, always in the same words', async (_, change) => {
    expect(await attempt(await change())).toEqual({ result: 'refused' })
  })

  it('ends the session that the browser had', async () => {
    const before = await cookieOf(user)
    expect(await findSession(tx, before, now)).toBeDefined()
    const result = await attempt({ previousCookie: before })
    expect(result.result).toBe('signed-in')
    expect(await findSession(tx, before, now)).toBeUndefined()
  })

  it('hashes the password anew when the parameters have changed', async () => {
    const someone = await makeUser(db, 1, 'viewer', now)
    await setPasswordHash(tx, someone, await hash(goodPassword, { memoryCost: 8_192, timeCost: 2, parallelism: 1 }))
    await cookieOf(someone)
    const [row] = await tx.select<{ password_hash: string }>('SELECT users.password_hash FROM users WHERE users.email = ?', [someone.email])
    expect(row?.password_hash).toContain('m=19456')
    await cookieOf(someone)
  })
})

describe('wrong passwords', () => {
  it('make one wait, even with the right one, until the wait is over', async () => {
    const someone = await makeUser(db, 1, 'agent', now)
    for (let wrong = 0; wrong < 5; wrong++) expect(await attempt({ email: someone.email, password: 'no' })).toEqual({ result: 'refused' })
    expect(await attempt({ email: someone.email })).toEqual({ result: 'throttled', retryAfterMs: 1000 })
    expect(await attempt({ email: someone.email }, after(999))).toEqual({ result: 'throttled', retryAfterMs: 1 })
    expect((await attempt({ email: someone.email }, after(1000))).result).toBe('signed-in')
    expect((await attempt({ email: someone.email }, after(1001))).result).toBe('signed-in')
  })

  it('at the same time get no further than one by one', async () => {
    const someone = await makeUser(db, 1, 'agent', now)
    const results = await Promise.all(Array.from({ length: 12 }, () => attempt({ email: someone.email, password: 'no' })))
    expect(results.filter(({ result }) => result === 'refused')).toHaveLength(5)
    expect(results.filter(({ result }) => result === 'throttled')).toHaveLength(7)
  })

  it('for accounts that do not exist make one wait as well, so that the wait tells nothing', async () => {
    const email = `${randomUUID()}@shop.example`
    for (let wrong = 0; wrong < 5; wrong++) await attempt({ email })
    expect((await attempt({ email })).result).toBe('throttled')
  })

  it('from one network address make it wait, whichever accounts they were for', async () => {
    const address = '192.0.2.77'
    for (let wrong = 0; wrong < 31; wrong++)
      expect((await attempt({ email: `${randomUUID()}@shop.example`, password: 'no', address })).result).toBe('refused')
    expect((await attempt({ address })).result).toBe('throttled')
    expect((await attempt()).result).toBe('signed-in')
  })

  it('are not forgiven to an address because its owner has an account of his own', async () => {
    const address = '192.0.2.78'
    for (let wrong = 0; wrong < 31; wrong++) await attempt({ email: `${randomUUID()}@shop.example`, password: 'no', address })
    expect((await attempt({ address }, after(1000))).result).toBe('signed-in')
    expect((await attempt({ email: 'victim@shop.example', password: 'no', address }, after(1001))).result).toBe('refused')
    expect((await attempt({ address }, after(1002))).result).toBe('throttled')
  })

  it('are forgotten once the password was set anew by mail', async () => {
    const someone = await makeUser(db, 1, 'agent', now)
    for (let wrong = 0; wrong < 9; wrong++) await attempt({ email: someone.email, password: 'no' }, after(wrong * 20))
    expect((await attempt({ email: someone.email }, after(300))).result).toBe('throttled')
    const asked = await run((inner) => requestReset(inner, { tenantSlug: 'shop', email: someone.email }, after(300)))
    await resetPassword(run, { ticket: asked?.ticket ?? '', password: 'another horse entirely', now: after(400) })
    expect((await attempt({ email: someone.email, password: 'another horse entirely' }, after(500))).result).toBe('signed-in')
  })
})

describe('a session', () => {
  it('says who has come in, with the rights of the role that the user has now', async () => {
    const someone = await makeUser(db, 1, 'agent', now)
    const session = await findSession(tx, await cookieOf(someone), now)
    expect(session?.principal).toMatchObject({ tenantId: 1, kind: 'user', id: someone.id, actor: `user:${someone.id}`, role: 'agent' })
  })

  it('lives on while it is used, ends after 12 hours of rest and after 7 days in any case', async () => {
    const cookie = await cookieOf(user)
    expect(await findSession(tx, cookie, after(12 * hour))).toBeUndefined()
    for (let hours = 0; hours < 168; hours += 11) expect(await findSession(tx, cookie, after(hours * hour))).toBeDefined()
    expect(await findSession(tx, cookie, after(168 * hour))).toBeUndefined()
  })

  it('is kept as a hash only', async () => {
    const cookie = await cookieOf(user)
    const rows = await tx.select<{ session_hash: Buffer }>('SELECT sessions.session_hash FROM sessions')
    expect(JSON.stringify(rows.map((row) => row.session_hash.toString('latin1')))).not.toContain(cookie.slice(2, 20))
  })

  it('of one tenant opens nothing of another', async () => {
    const cookie = await cookieOf(user)
    expect(await findSession(tx, cookie.replace(/^1_/, '2_'), now)).toBeUndefined()
  })

  it('opens nothing with a secret that was made up', async () => {
    await cookieOf(user)
    expect(await findSession(tx, `1_${'A'.repeat(43)}`, now)).toBeUndefined()
    expect(await findSession(tx, '', now)).toBeUndefined()
  })

  it('has a CSRF token of its own', async () => {
    const session = await findSession(tx, await cookieOf(user), now)
    const other = await findSession(tx, await cookieOf(user), now)
    if (session === undefined || other === undefined) throw new Error('a session is missing')
    expect(isCsrfToken(session, session.csrfToken)).toBe(true)
    for (const wrong of [other.csrfToken, '', session.csrfToken.slice(1), `${session.csrfToken}x`])
      expect(isCsrfToken(session, wrong)).toBe(false)
  })

  it.each<[string, Parameters<typeof changeUser>[2]['change']]>([
    ['is disabled', { disabled: true }],
    ['gets another role', { role: 'viewer' }],
  ])('ends when its user %s', async (_, change) => {
    const someone = await makeUser(db, 1, 'agent', now)
    const cookie = await cookieOf(someone)
    await run((inner) => changeUser(inner, commandLine, { tenantId: 1, id: someone.id, change }, now))
    expect(await findSession(tx, cookie, now)).toBeUndefined()
  })

  it('ends when the password is reset', async () => {
    const someone = await makeUser(db, 1, 'agent', now)
    const cookie = await cookieOf(someone)
    const asked = await run((inner) => requestReset(inner, { tenantSlug: 'shop', email: someone.email }, now))
    await resetPassword(run, { ticket: asked?.ticket ?? '', password: 'another horse entirely', now })
    expect(await findSession(tx, cookie, now)).toBeUndefined()
  })
})

describe('a change of one’s own password', () => {
  const change = (someone: User, current: string, password: string, at = now) =>
    changePassword(run, { principal: someone, current, password, now: at })

  it('ends every session and begins another', async () => {
    const someone = await makeUser(db, 1, 'agent', now)
    const before = [await cookieOf(someone), await cookieOf(someone)]
    const changed = await change(someone, goodPassword, 'another horse entirely')
    if (changed.result !== 'changed') throw new Error(changed.result)
    expect((await findSession(tx, changed.cookie, now))?.principal.id).toBe(someone.id)
    for (const cookie of before) expect(await findSession(tx, cookie, now)).toBeUndefined()
    expect((await attempt({ email: someone.email, password: 'another horse entirely' })).result).toBe('signed-in')
  })

  it('needs the present one, and wrong guesses count like wrong sign-ins', async () => {
    const someone = await makeUser(db, 1, 'agent', now)
    const cookie = await cookieOf(someone)
    for (let wrong = 0; wrong < 5; wrong++)
      await expect(change(someone, 'no', 'another horse entirely')).rejects.toMatchObject({ code: 'password-wrong' })
    expect(await change(someone, goodPassword, 'another horse entirely')).toEqual({ result: 'throttled', retryAfterMs: 1000 })
    expect((await attempt({ email: someone.email })).result).toBe('throttled')
    expect(await findSession(tx, cookie, now)).toBeDefined()
  })
})

describe('an API token', () => {
  const make = (change: object = {}) =>
    run((inner) =>
      createToken(
        inner,
        commandLine,
        { tenantId: 1, name: 'CRM', scopes: ['leads:read', 'leads:export'], expiresAt: null, ...change },
        now,
      ),
    )

  it('lets a program in with its scopes and no role', async () => {
    const { secret, token } = await make()
    expect(secret).toMatch(/^trb_1_[\w-]{43}$/)
    const holder = await findTokenHolder(tx, secret, now)
    expect(holder).toMatchObject({ tenantId: 1, kind: 'token', id: token.id, actor: `token:${token.id}`, role: null, name: 'CRM' })
    expect([...(holder?.scopes ?? [])]).toEqual(['leads:read', 'leads:export'])
  })

  it('opens nothing once it is revoked, over, of another tenant, made up or cut', async () => {
    const { secret, token } = await make({ expiresAt: after(hour) })
    expect(await findTokenHolder(tx, secret, after(hour - 1))).toBeDefined()
    expect(await findTokenHolder(tx, secret, after(hour))).toBeUndefined()
    expect(await findTokenHolder(tx, secret.replace('trb_1_', 'trb_2_'), now)).toBeUndefined()
    expect(await findTokenHolder(tx, secret.slice(4), now)).toBeUndefined()
    expect(await findTokenHolder(tx, secret.slice(0, -1), now)).toBeUndefined()
    expect(await findTokenHolder(tx, `trb_1_${'A'.repeat(43)}`, now)).toBeUndefined()
    await run((inner) => revokeToken(inner, commandLine, 1, token.id, now))
    expect(await findTokenHolder(tx, secret, now)).toBeUndefined()
  })

  it('is not a session, and a session is not a token', async () => {
    const { secret } = await make()
    expect(await findSession(tx, secret.slice(4), now)).toBeUndefined()
    expect(await findTokenHolder(tx, `trb_${await cookieOf(user)}`, now)).toBeUndefined()
  })

  it('tells when it was last used, written once a minute at most', async () => {
    const { secret, token } = await make()
    const lastUsed = async () => (await listTokens(tx, 1)).find(({ id }) => id === token.id)?.lastUsedAtMs
    expect(await lastUsed()).toBeNull()
    for (const at of [after(0), after(minute - 1)]) await findTokenHolder(tx, secret, at)
    expect(await lastUsed()).toBe(start)
    await findTokenHolder(tx, secret, after(minute))
    expect(await lastUsed()).toBe(start + minute)
  })

  it.each([
    ['a scope that the maker has not', { scopes: ['leads:read', 'tokens:write'] }, 'scope-not-yours'],
    ['no scope', { scopes: [] }, 'scope-not-yours'],
    ['no name', { name: ' ' }, 'name-invalid'],
    ['an end that is over', { expiresAt: now }, 'expiry-invalid'],
  ])('with %s is not made', async (_, change, code) => {
    const actor = { actor: 'token:x', role: null, scopes: new Set(['leads:read'] as const) }
    const wanted = { tenantId: 1, name: 'CRM', scopes: ['leads:read'] as const, expiresAt: null, ...change } as never
    await expect(run((inner) => createToken(inner, actor, wanted, now))).rejects.toMatchObject({ code })
  })

  it('of another tenant cannot be revoked, and is not in the list', async () => {
    const { secret, token } = await make()
    await expect(run((inner) => revokeToken(inner, commandLine, 2, token.id, now))).rejects.toMatchObject({ code: 'token-not-found' })
    expect(await listTokens(tx, 2)).toEqual([])
    expect(await findTokenHolder(tx, secret, now)).toBeDefined()
  })
})
