import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { commandLine } from '../../../services/accounts/actor.ts'
import { createOpenIdProvider, openIdCallbackPath } from '../../../services/accounts/open-id-provider.ts'
import { addUser, changeUser } from '../../../services/accounts/users.ts'
import { createIdentify } from '../../../services/api/identify.ts'
import { ownPath } from '../../../services/api/routes/open-id.ts'
import { accountParts, inTransactions, makeUser } from '../../support/accounts.ts'
import { startApi, type RunningApi } from '../../support/api.ts'
import { browse, startOpenIdProvider, type TestProvider } from '../../support/open-id-provider.ts'
import { createWorld, type World } from '../../support/world.ts'

const publicUrl = 'https://leads.shop.example'
const clock = () => new Date()

let world: World
let theirs: TestProvider
let api: RunningApi
let accounts: ReturnType<typeof accountParts>
const withProvider = (issuer: string) =>
  startApi(world, {
    publicUrl,
    identify: createIdentify({ db: world.db, clock, publicUrl }),
    accounts: { ...accounts, openId: createOpenIdProvider({ ...theirs, issuer, publicUrl }) },
  })
beforeAll(async () => {
  world = await createWorld(['demo', 'other'], 1)
  theirs = await startOpenIdProvider(publicUrl + openIdCallbackPath)
  accounts = accountParts(world.env['SMTP_URL'] ?? '', publicUrl)
  api = await withProvider(theirs.issuer)
})
afterAll(async () => {
  await api.close()
  accounts.close()
  await theirs.close()
  await world.close()
})

const get = (path: string, cookie = '', url = api.url) => fetch(url + path, { redirect: 'manual', headers: { cookie } })
const cookieIn = (answer: Response, name: string) =>
  answer.headers
    .getSetCookie()
    .find((line) => line.startsWith(`${name}=`))
    ?.split(';')[0] ?? ''

/** Goes to the provider as `email` and comes back; answers what the callback did. */
async function goThere(email: string, { returnTo = '/', tenant = 'demo', isVerified = true, subject = randomUUID() as string } = {}) {
  theirs.person = { subject, email, isVerified }
  const begun = await get(`/v1/open-id/start?tenant=${tenant}&returnTo=${encodeURIComponent(returnTo)}`)
  const journey = cookieIn(begun, 'tributary_open_id')
  const back = new URL(await browse(begun.headers.get('location') ?? '', publicUrl))
  const finish = (cookie = journey) => get(back.pathname + back.search, cookie)
  return { begun, journey, finish }
}

const newUser = () => makeUser(world.db, 1, 'agent', clock())

describe('signing in at the provider over HTTP', () => {
  it('is offered', async () => {
    expect(await (await get('/v1/open-id')).json()).toEqual({ available: true })
  })

  it('ends in a session, on the page where one wanted to go', async () => {
    const user = await newUser()
    const { begun, finish } = await goThere(user.email, { returnTo: '/leads?tag=Refund#x' })
    expect(begun.headers.getSetCookie()[0]).toMatch(/HttpOnly.*Secure.*SameSite=Lax/)
    const answer = await finish()
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${publicUrl}/leads?tag=Refund#x`])
    const me = await (await get('/v1/session', cookieIn(answer, 'tributary_session'))).json()
    expect(me).toMatchObject({ user: { id: user.id, email: user.email }, role: 'agent' })
  })

  it('ends the session that the browser had, and the journey with it', async () => {
    const user = await newUser()
    const first = await (await goThere(user.email)).finish()
    const before = cookieIn(first, 'tributary_session')
    const { journey, finish } = await goThere(user.email)
    const answer = await finish(`${journey}; ${before}`)
    expect(answer.headers.getSetCookie().some((line) => line.startsWith('tributary_open_id=;'))).toBe(true)
    expect((await get('/v1/session', before)).status).toBe(401)
    expect((await finish()).headers.get('location')).toBe(`${publicUrl}/sign-in?error=open-id-refused`)
  })

  it('takes up an invitation', async () => {
    const email = `${randomUUID()}@shop.example`
    await inTransactions(world.db)((tx) => addUser(tx, commandLine, { tenantId: 1, email, name: 'Ana', role: 'viewer' }, clock()))
    const answer = await (await goThere(email)).finish()
    expect(await (await get('/v1/session', cookieIn(answer, 'tributary_session'))).json()).toMatchObject({
      user: { email },
      role: 'viewer',
    })
  })

  it.each<[string, string, () => Promise<Parameters<typeof goThere>>]>([
    ['is unknown here', 'open-id-unknown', async () => [`${randomUUID()}@shop.example`]],
    ['belongs to another tenant', 'open-id-unknown', async () => [(await newUser()).email, { tenant: 'other' }]],
    ['wants a tenant that does not exist', 'open-id-unknown', async () => [(await newUser()).email, { tenant: 'nowhere' }]],
    ['has an address that nobody verified', 'open-id-unverified', async () => [(await newUser()).email, { isVerified: false }]],
    [
      'is disabled',
      'open-id-unknown',
      async () => {
        const user = await newUser()
        await inTransactions(world.db)((tx) =>
          changeUser(tx, commandLine, { tenantId: 1, id: user.id, change: { disabled: true } }, clock()),
        )
        return [user.email]
      },
    ],
  ])('leads back to the sign-in page for one who %s: %s', async (_, error, person) => {
    const wanted = await person()
    const before = await world.count('users')
    const answer = await (await goThere(...wanted)).finish()
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${publicUrl}/sign-in?error=${error}`])
    expect(cookieIn(answer, 'tributary_session')).toBe('')
    expect(await world.count('users')).toBe(before)
  })

  it('is refused in a browser that did not begin it, or with a journey that was made up', async () => {
    const user = await newUser()
    const { finish } = await goThere(user.email)
    const other = await goThere(user.email)
    for (const cookie of ['', 'tributary_open_id=x', 'tributary_open_id=e30', other.journey])
      expect((await finish(cookie)).headers.get('location')).toBe(`${publicUrl}/sign-in?error=open-id-refused`)
  })

  it('leads back to the sign-in page when the provider is away', async () => {
    const lonely = await withProvider('http://127.0.0.1:1')
    try {
      expect((await get('/v1/open-id/start?tenant=demo', '', lonely.url)).headers.get('location')).toBe(
        `${publicUrl}/sign-in?error=open-id-away`,
      )
    } finally {
      await lonely.close()
    }
  })

  it.each([
    ['/leads', '/leads'],
    ['/leads?tag=a&b=c#d', '/leads?tag=a&b=c#d'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
    ['/..//evil.example', '/'],
  ])('returns from %j to %j, never to another site', (path, expected) => {
    const back = new URL(ownPath(path), publicUrl)
    expect(back.origin).toBe(publicUrl)
    if (expected !== '/') expect(ownPath(path)).toBe(expected)
  })
})

it('without a provider is not offered, and leads back to the sign-in page', async () => {
  const plain = await startApi(world, { publicUrl, accounts })
  try {
    expect(await (await get('/v1/open-id', '', plain.url)).json()).toEqual({ available: false })
    for (const path of ['/v1/open-id/start?tenant=demo', `${openIdCallbackPath}?code=x&state=y`])
      expect((await get(path, '', plain.url)).headers.get('location')).toBe(`${publicUrl}/sign-in?error=open-id-off`)
  } finally {
    await plain.close()
  }
})
