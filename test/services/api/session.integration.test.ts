import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { goodPassword } from '../../support/accounts.ts'
import { startApi } from '../../support/api.ts'
import { bearer, cookieIn, newAddress, publicUrl, startGuardedApi, type GuardedApi } from '../../support/guarded-api.ts'

let guarded: GuardedApi
beforeAll(async () => {
  guarded = await startGuardedApi()
})
afterAll(() => guarded.close())

describe('signing in over HTTP', () => {
  it('gives a cookie that no script reads, that no other site’s form sends, and that travels encrypted only', async () => {
    const user = await guarded.newUser('agent')
    const answer = await guarded.signIn(user)
    expect(answer.status).toBe(200)
    const line = answer.headers.getSetCookie()[0] ?? ''
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Secure', 'Path=/', 'Max-Age=604800']) expect(line).toContain(attribute)
    expect(answer.body).toMatchObject({
      kind: 'user',
      user: { id: user.id, name: user.name, email: user.email },
      tenant: { slug: 'demo', name: 'demo', plan: 'boost', workflow: 'helpdesk', timezone: 'UTC' },
      role: 'agent',
    })
    const browser = guarded.browserOf(answer)
    expect((await browser.ask('GET', '/v1/session')).body).toEqual(answer.body)
  })

  it('over plain HTTP, as on one’s own machine, gives a cookie that works there', async () => {
    const plain = await startApi(guarded.world, { ...guarded.parts, publicUrl: 'http://127.0.0.1:8080' })
    try {
      const user = await guarded.newUser('agent')
      const answer = await guarded.ask(
        'POST',
        '/v1/session',
        { body: { tenant: 'demo', email: user.email, password: goodPassword } },
        plain.url,
      )
      expect(answer.headers.getSetCookie()[0]).not.toContain('Secure')
    } finally {
      await plain.close()
    }
  })

  it('is refused in the same words whatever was wrong', async () => {
    const user = await guarded.newUser('agent')
    const answers = [
      await guarded.signIn(user, 'demo', 'wrong horse battery'),
      await guarded.signIn(user, 'other'),
      await guarded.signIn(user, 'nowhere'),
      await guarded.signIn({ ...user, email: 'nobody@shop.example' }),
    ]
    for (const { status, body } of answers)
      expect({ status, code: body.code, detail: body['detail'] }).toEqual({
        status: 401,
        code: 'sign-in-refused',
        detail: answers[0]?.body['detail'],
      })
    expect(answers.every((answer) => cookieIn(answer) === '')).toBe(true)
  })

  it('after wrong passwords says how long to wait', async () => {
    const user = await guarded.newUser('agent')
    for (let wrong = 0; wrong < 6; wrong++) {
      await guarded.signIn(user, 'demo', 'no')
      guarded.time.nowMs += wrong < 5 ? 1000 : 0
    }
    const answer = await guarded.signIn(user)
    expect(answer).toMatchObject({ status: 429, body: { code: 'sign-in-throttled' } })
    expect(answer.headers.get('retry-after')).toBe('2')
    guarded.time.nowMs += 2000
    expect((await guarded.signIn(user)).status).toBe(200)
  })

  it('too often from one address is refused before a password is looked at', async () => {
    const busy = await startApi(guarded.world, { ...guarded.parts, accounts: { ...guarded.parts.accounts, attemptsPerMinute: 3 } })
    try {
      const statuses = []
      for (let tries = 0; tries < 5; tries++)
        statuses.push(
          (
            await guarded.ask(
              'POST',
              '/v1/session',
              { body: { tenant: 'demo', email: newAddress(), password: 'x' }, headers: { cookie: `a=${tries}` } },
              busy.url,
            )
          ).status,
        )
      expect(statuses).toEqual([401, 401, 401, 429, 429])
    } finally {
      await busy.close()
    }
  })

  it('from a page of another site is refused', async () => {
    const user = await guarded.newUser('agent')
    const body = { tenant: 'demo', email: user.email, password: goodPassword }
    expect(await guarded.ask('POST', '/v1/session', { body, headers: { origin: 'https://evil.example' } })).toMatchObject({
      status: 403,
      body: { code: 'origin-foreign' },
    })
    expect((await guarded.ask('POST', '/v1/session', { body, headers: { origin: publicUrl } })).status).toBe(200)
    expect((await guarded.ask('POST', '/v1/session', { body, headers: { origin: guarded.api.url } })).status).toBe(200)
  })

  it('ends the session that the browser had', async () => {
    const user = await guarded.newUser('agent')
    const before = guarded.browserOf(await guarded.signIn(user))
    await guarded.ask('POST', '/v1/session', {
      body: { tenant: 'demo', email: user.email, password: goodPassword },
      headers: { cookie: before.cookie },
    })
    expect((await before.ask('GET', '/v1/session')).status).toBe(401)
  })
})

describe('a session over HTTP', () => {
  it('writes only with its own CSRF token, from a page of ours', async () => {
    const browser = await guarded.enter('owner')
    const other = await guarded.enter('owner')
    const invite = (headers: Record<string, string>) =>
      guarded.ask('POST', '/v1/users', {
        body: { email: newAddress(), name: 'Ana', role: 'viewer' },
        headers: { cookie: browser.cookie, ...headers },
      })
    expect(await invite({})).toMatchObject({ status: 403, body: { code: 'csrf-token-wrong' } })
    expect(await invite({ 'x-csrf-token': other.csrfToken })).toMatchObject({ status: 403, body: { code: 'csrf-token-wrong' } })
    expect(await invite({ 'x-csrf-token': browser.csrfToken, origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { code: 'origin-foreign' },
    })
    expect(await invite({ 'x-csrf-token': browser.csrfToken, origin: 'null' })).toMatchObject({
      status: 403,
      body: { code: 'origin-foreign' },
    })
    expect((await invite({ 'x-csrf-token': browser.csrfToken, origin: publicUrl })).status).toBe(201)
  })

  it('is refused when it is forged, of another tenant, or over', async () => {
    const browser = await guarded.enter('agent')
    const [, secret = ''] = browser.cookie.split('_session=1_')
    for (const cookie of [
      `tributary_session=1_${'A'.repeat(43)}`,
      `tributary_session=2_${secret}`,
      'tributary_session=',
      'tributary_session=x',
      `other=${secret}`,
      `xtributary_session=1_${secret}`,
    ])
      expect(await guarded.ask('GET', '/v1/session', { headers: { cookie } })).toMatchObject({
        status: 401,
        body: { code: 'not-signed-in' },
      })
    expect((await browser.ask('GET', '/v1/session')).status).toBe(200)
    guarded.time.nowMs += 13 * 3_600_000
    expect((await browser.ask('GET', '/v1/session')).status).toBe(401)
  })

  it('says how to sign in when there is none', async () => {
    const answer = await guarded.ask('GET', '/v1/users')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  it('ends here or everywhere', async () => {
    const user = await guarded.newUser('agent')
    const [one, two, three] = [
      guarded.browserOf(await guarded.signIn(user)),
      guarded.browserOf(await guarded.signIn(user)),
      guarded.browserOf(await guarded.signIn(user)),
    ]
    const gone = await one.ask('DELETE', '/v1/session')
    expect(gone.status).toBe(204)
    expect(gone.headers.getSetCookie()[0]).toMatch(/^tributary_session=;.*(Max-Age=0|1970)/)
    expect((await one.ask('GET', '/v1/session')).status).toBe(401)
    expect((await two.ask('GET', '/v1/session')).status).toBe(200)
    await two.ask('DELETE', '/v1/session?everywhere=true')
    expect((await three.ask('GET', '/v1/session')).status).toBe(401)
  })

  it('changes the password of its user, and goes on under another cookie', async () => {
    const user = await guarded.newUser('viewer')
    const browser = guarded.browserOf(await guarded.signIn(user))
    expect(await browser.ask('PUT', '/v1/session/password', { current: 'no', password: 'another horse entirely' })).toMatchObject({
      status: 422,
      body: { code: 'password-wrong', errors: [{ field: 'body.current' }] },
    })
    const changed = await browser.ask('PUT', '/v1/session/password', { current: goodPassword, password: 'another horse entirely' })
    expect(changed.status).toBe(200)
    expect((await browser.ask('GET', '/v1/session')).status).toBe(401)
    expect((await guarded.browserOf(changed).ask('GET', '/v1/session')).status).toBe(200)
  })

  it('changes the name of its user, whatever the role; a token has none to change', async () => {
    const browser = await guarded.enter('viewer')
    expect((await browser.ask('PUT', '/v1/session/name', { name: ' Ana Lima ' })).body).toMatchObject({ name: 'Ana Lima', role: 'viewer' })
    expect((await browser.ask('GET', '/v1/session')).body).toMatchObject({ user: { name: 'Ana Lima' } })
    expect(await browser.ask('PUT', '/v1/session/name', { name: 'a\nb' })).toMatchObject({ status: 422, body: { code: 'name-invalid' } })
    const { secret } = await guarded.tokenOf(['users:write'])
    for (const [method, path, body] of [
      ['PUT', '/v1/session/name', { name: 'x' }],
      ['PUT', '/v1/session/password', { current: 'x', password: 'y' }],
      ['DELETE', '/v1/session', undefined],
    ] as const)
      expect(await guarded.ask(method, path, { ...bearer(secret), body })).toMatchObject({ status: 403, body: { code: 'people-only' } })
  })

  it('is counted as one however its requests are written', async () => {
    const busy = await startApi(guarded.world, { ...guarded.parts, requestsPerMinute: 3 })
    try {
      const { cookie } = await guarded.enter('agent')
      const statuses = []
      for (let tries = 0; tries < 5; tries++)
        statuses.push((await guarded.ask('GET', '/v1/session', { headers: { cookie: `a=${tries}; ${cookie}` } }, busy.url)).status)
      expect(statuses).toEqual([200, 200, 200, 429, 429])
    } finally {
      await busy.close()
    }
  })
})
