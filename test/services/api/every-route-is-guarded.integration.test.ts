import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { commandLine } from '../../../services/accounts/actor.ts'
import { revokeToken } from '../../../services/accounts/api-tokens.ts'
import { scopes, type Scope } from '../../../services/accounts/principal.ts'
import { inTransactions } from '../../support/accounts.ts'
import { bearer, startGuardedApi, type Browser, type GuardedApi } from '../../support/guarded-api.ts'

type Operation = { method: string; path: string; scope: Scope | undefined; isPublic: boolean }
type Document = { paths: Record<string, Record<string, { security?: unknown[]; 'x-scope'?: Scope }>> }

let guarded: GuardedApi
let operations: Operation[]
let browser: Browser
beforeAll(async () => {
  guarded = await startGuardedApi()
  const { paths } = (await guarded.ask('GET', '/docs/json')).body as unknown as Document
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security, 'x-scope': scope }]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000'),
      scope,
      isPublic: security?.length === 0,
    })),
  )
  browser = await guarded.enter('owner')
})
afterAll(() => guarded.close())

type Credentials = Record<string, string>

/** What every guarded route that `which` picks answers to these headers, as `METHOD path status code`. */
async function answers(headers: Credentials, which: (operation: Operation) => boolean = () => true): Promise<Set<string>> {
  const all = operations.filter((operation) => !operation.isPublic && which(operation))
  expect(all.length).toBeGreaterThan(10)
  const found = new Set<string>()
  for (const { method, path } of all) {
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} }
    const answer = await guarded.ask(method, path, { headers, ...body })
    found.add(`${answer.status} ${answer.body.code}`)
    if (found.size > 1) throw new Error(`${method} ${path} answered ${answer.status} ${answer.body.code}, unlike those before it`)
  }
  return found
}
const writes = ({ method }: Operation) => method !== 'GET'

describe('every route of the document', () => {
  it('is for those who are signed in, but for these', () => {
    expect(operations.filter(({ isPublic }) => isPublic).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/session',
      'GET /v1/open-id',
      'GET /v1/open-id/start',
      'GET /v1/open-id/callback',
      'POST /v1/invitations/preview',
      'POST /v1/invitations/acceptance',
      'POST /v1/password-resets',
      'POST /v1/password-resets/confirmation',
    ])
  })

  it('refuses whoever brings nothing', async () => {
    expect([...(await answers({}))]).toEqual(['401 not-signed-in'])
  })

  it('refuses a cookie that is forged or of another tenant', async () => {
    expect(browser.cookie).toMatch(/^tributary_session=1_[\w-]{43}$/)
    for (const cookie of [`tributary_session=1_${'A'.repeat(43)}`, browser.cookie.replace('=1_', '=2_')])
      expect([...(await answers({ cookie, 'x-csrf-token': browser.csrfToken }))]).toEqual(['401 not-signed-in'])
  })

  it('refuses a token that is over, revoked, or of another tenant', async () => {
    const { secret: over } = await guarded.tokenOf([...scopes], 1, new Date(guarded.time.nowMs + 1))
    const { secret: revoked, token } = await guarded.tokenOf([...scopes])
    const { secret: other } = await guarded.tokenOf([...scopes])
    guarded.time.nowMs += 2
    await inTransactions(guarded.world.db)((tx) => revokeToken(tx, commandLine, 1, token.id, new Date(guarded.time.nowMs)))
    for (const secret of [over, revoked, other.replace('trb_1_', 'trb_2_')])
      expect([...(await answers(bearer(secret).headers))]).toEqual(['401 not-signed-in'])
  })

  it('refuses a token that has every scope but the one it needs, and names that', async () => {
    for (const scope of scopes) {
      const { secret } = await guarded.tokenOf(scopes.filter((other) => other !== scope))
      for (const operation of operations.filter((one) => one.scope === scope)) {
        const { status, body } = await guarded.ask(operation.method, operation.path, bearer(secret))
        expect([operation.method, operation.path, status, body.code]).toEqual([operation.method, operation.path, 403, 'scope-missing'])
        expect(body['detail']).toContain(scope)
      }
    }
  })

  it('that writes refuses a session without its CSRF token, and one from a page of another site', async () => {
    const { cookie, csrfToken } = browser
    expect([...(await answers({ cookie }, writes))]).toEqual(['403 csrf-token-wrong'])
    expect([...(await answers({ cookie, 'x-csrf-token': `${csrfToken.slice(0, -1)}_` }, writes))]).toEqual(['403 csrf-token-wrong'])
    expect([...(await answers({ cookie, 'x-csrf-token': csrfToken, origin: 'https://evil.example' }, writes))]).toEqual([
      '403 origin-foreign',
    ])
  })

  it('never answers with an error of the server, whatever stands in the credentials', async () => {
    const odd = [
      "' OR 1=1 --",
      `trb_${'9'.repeat(30)}_${'A'.repeat(43)}`,
      'trb_4294967295_',
      `trb_1_${'\u00e9'.repeat(3)}`,
      'x'.repeat(5000),
    ]
    for (const word of odd) {
      expect((await guarded.ask('GET', '/v1/session', { headers: { authorization: `Bearer ${word}` } })).status).toBe(401)
      expect((await guarded.ask('GET', '/v1/session', { headers: { cookie: `tributary_session=${word}` } })).status).toBe(401)
    }
  })
})
