import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Role } from '../../../services/accounts/principal.ts'
import { accountParts, goodPassword } from '../../support/accounts.ts'
import { startApi } from '../../support/api.ts'
import {
  bearer,
  caughtMails,
  cookieIn,
  mailTo,
  newAddress,
  publicUrl,
  startGuardedApi,
  ticketIn,
  type GuardedApi,
} from '../../support/guarded-api.ts'

let guarded: GuardedApi
beforeAll(async () => {
  guarded = await startGuardedApi()
})
afterAll(() => guarded.close())

describe('an API token over HTTP', () => {
  it('is made once, told once, and does what its scopes say', async () => {
    const browser = await guarded.enter('admin')
    const key = randomUUID()
    const make = () => browser.ask('POST', '/v1/tokens', { name: 'CRM', scopes: ['leads:read'] }, { 'idempotency-key': key })
    const made = await make()
    const { secret, token } = made.body as { secret: string; token: { id: string } }
    expect(made.status).toBe(201)
    const repeated = await make()
    expect(repeated).toMatchObject({ status: 201, body: { token: { id: token.id }, secret: null } })
    const text = JSON.stringify([
      await guarded.world.tx.select('SELECT * FROM idempotency_keys'),
      await guarded.world.tx.select('SELECT * FROM audit_log'),
      (await browser.ask('GET', '/v1/tokens')).body,
    ])
    expect(text).not.toContain(secret.slice(6))
    expect(await guarded.ask('GET', '/v1/session', bearer(secret))).toMatchObject({
      status: 200,
      body: { kind: 'token', role: null, scopes: ['leads:read'], csrfToken: null },
    })
    expect((await guarded.ask('GET', '/v1/agents', bearer(secret))).status).toBe(200)
    expect(await guarded.ask('GET', '/v1/audit-log', bearer(secret))).toMatchObject({
      status: 403,
      body: { code: 'scope-missing', detail: expect.stringContaining('audit:read') },
    })
    expect((await browser.ask('DELETE', `/v1/tokens/${token.id}`)).status).toBe(204)
    expect((await guarded.ask('GET', '/v1/agents', bearer(secret))).status).toBe(401)
  })

  it('is refused when it is over, of another tenant, made up, or not a token; a cookie beside it does not help', async () => {
    const { secret } = await guarded.tokenOf(['leads:read'], 1, new Date(guarded.time.nowMs + 1000))
    const browser = await guarded.enter('agent')
    expect((await guarded.ask('GET', '/v1/agents', bearer(secret))).status).toBe(200)
    for (const wrong of [secret.replace('trb_1_', 'trb_2_'), `trb_1_${'A'.repeat(43)}`, secret.slice(4), 'x', `${secret}x`])
      expect(
        (await guarded.ask('GET', '/v1/agents', { headers: { authorization: `Bearer ${wrong}`, cookie: browser.cookie } })).status,
      ).toBe(401)
    expect((await guarded.ask('GET', '/v1/agents', { headers: { authorization: `Basic ${secret}` } })).status).toBe(401)
    guarded.time.nowMs += 1000
    expect((await guarded.ask('GET', '/v1/agents', bearer(secret))).status).toBe(401)
  })

  it('sees and changes nothing of another tenant', async () => {
    const { secret } = await guarded.tokenOf(
      [
        'users:read',
        'users:write',
        'tokens:write',
        'leads:read',
        'leads:write',
        'leads:export',
        'settings:read',
        'settings:write',
        'audit:read',
        'operations:read',
        'operations:write',
        'webhooks:write',
      ],
      2,
    )
    const victim = await guarded.newUser('agent')
    const { token } = await guarded.tokenOf(['leads:read'])
    for (const path of ['/v1/users', '/v1/agents', '/v1/tokens', '/v1/audit-log'])
      expect(JSON.stringify((await guarded.ask('GET', path, bearer(secret))).body)).not.toContain(victim.id)
    expect(await guarded.ask('PATCH', `/v1/users/${victim.id}`, { ...bearer(secret), body: { disabled: true } })).toMatchObject({
      status: 404,
      body: { code: 'user-not-found' },
    })
    expect((await guarded.ask('POST', `/v1/users/${victim.id}/invitation`, bearer(secret))).status).toBe(404)
    expect((await guarded.ask('DELETE', `/v1/tokens/${token.id}`, bearer(secret))).status).toBe(404)
  })

  it('does not make a token or a user that may do more', async () => {
    const { secret } = await guarded.tokenOf(['tokens:write', 'users:write'])
    expect(await guarded.ask('POST', '/v1/tokens', { ...bearer(secret), body: { name: 'More', scopes: ['leads:read'] } })).toMatchObject({
      status: 403,
      body: { code: 'scope-not-yours' },
    })
    expect(
      await guarded.ask('POST', '/v1/users', { ...bearer(secret), body: { email: 'more@shop.example', name: 'More', role: 'admin' } }),
    ).toMatchObject({ status: 403, body: { code: 'role-not-yours' } })
  })
})

// What each role is answered on each route: the scope lets it in (2xx or 4xx of the domain) or not (403 scope-missing).
const routes: [string, string, Role][] = [
  ['GET', '/v1/session', 'viewer'],
  ['GET', '/v1/agents', 'viewer'],
  ['GET', '/v1/users', 'viewer'],
  ['POST', '/v1/users', 'admin'],
  ['PATCH', '/v1/users/00000000-0000-7000-8000-000000000000', 'admin'],
  ['POST', '/v1/users/00000000-0000-7000-8000-000000000000/invitation', 'admin'],
  ['GET', '/v1/tokens', 'admin'],
  ['POST', '/v1/tokens', 'admin'],
  ['DELETE', '/v1/tokens/00000000-0000-7000-8000-000000000000', 'admin'],
  ['GET', '/v1/audit-log', 'admin'],
]

describe('a role over HTTP', () => {
  it.each<Role>(['viewer', 'agent', 'admin', 'owner'])('%s comes through where its scopes say, and nowhere else', async (role) => {
    const browser = await guarded.enter(role)
    const ranks: Role[] = ['viewer', 'agent', 'admin', 'owner']
    for (const [method, path, least] of routes) {
      const { body } = await browser.ask(method, path, ['POST', 'PATCH'].includes(method) && !path.endsWith('invitation') ? {} : undefined)
      expect([method, path, body.code === 'scope-missing']).toEqual([method, path, ranks.indexOf(role) < ranks.indexOf(least)])
    }
  })

  it('that is changed goes on in a new session when it was one’s own, and ends those of others', async () => {
    await guarded.newUser('owner')
    const owner = await guarded.newUser('owner')
    const own = guarded.browserOf(await guarded.signIn(owner))
    const agent = await guarded.newUser('agent')
    const theirs = guarded.browserOf(await guarded.signIn(agent))
    expect((await own.ask('PATCH', `/v1/users/${agent.id}`, { role: 'admin' })).body).toMatchObject({ role: 'admin' })
    expect((await theirs.ask('GET', '/v1/session')).status).toBe(401)
    const changed = await own.ask('PATCH', `/v1/users/${owner.id}`, { role: 'agent' })
    expect((await own.ask('GET', '/v1/session')).status).toBe(401)
    expect((await guarded.ask('GET', '/v1/session', { headers: { cookie: cookieIn(changed) } })).body).toMatchObject({ role: 'agent' })
  })
})

describe('an invitation over HTTP', () => {
  it('comes by mail, shows whom it is for, lets in once, and stands in the audit log', async () => {
    const browser = await guarded.enter('owner')
    const email = newAddress()
    const invited = await browser.ask('POST', '/v1/users', { email, name: 'Ana <b>Lima</b>', role: 'agent' })
    expect(invited).toMatchObject({ status: 201, body: { user: { email, state: 'invited' }, mail: 'sent', detail: null } })
    const mail = await mailTo(email)
    expect(mail.subject).toBe('Join demo on Tributary')
    expect(mail.html).toContain(`${publicUrl}/invitation#`)
    const ticket = ticketIn(mail)
    const preview = () => guarded.ask('POST', '/v1/invitations/preview', { body: { ticket } })
    expect(await preview()).toMatchObject({ status: 200, body: { email, tenant: { slug: 'demo' } } })
    const accept = () => guarded.ask('POST', '/v1/invitations/acceptance', { body: { ticket, password: goodPassword } })
    const answers = await Promise.all([accept(), accept(), accept()])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 410, 410])
    const winner = answers.find(({ status }) => status === 200)
    if (winner === undefined) throw new Error('nobody came in')
    expect((await guarded.browserOf(winner).ask('GET', '/v1/session')).body).toMatchObject({ user: { email } })
    expect(await preview()).toMatchObject({ status: 410, body: { code: 'ticket-invalid' } })
    const { entries } = (await browser.ask('GET', '/v1/audit-log?limit=2')).body as { entries: { action: string }[] }
    expect(entries.map(({ action }) => action)).toEqual(['user.accepted-invitation', 'user.invited'])
  })

  it('stands when the mail server is away, and is sent again when it is back', async () => {
    const away = accountParts('smtp://127.0.0.1:1', publicUrl)
    const without = await startApi(guarded.world, { ...guarded.parts, accounts: away })
    const browser = await guarded.enter('admin')
    const headers = { cookie: browser.cookie, 'x-csrf-token': browser.csrfToken }
    const email = newAddress()
    try {
      const invited = await guarded.ask('POST', '/v1/users', { body: { email, name: 'Ana', role: 'agent' }, headers }, without.url)
      expect(invited).toMatchObject({ status: 201, body: { mail: 'not_sent', detail: expect.stringContaining('The invitation stands') } })
      const { user } = invited.body as { user: { id: string } }
      expect((await browser.ask('POST', `/v1/users/${user.id}/invitation`)).body).toMatchObject({ mail: 'sent' })
      expect(await guarded.ask('POST', '/v1/invitations/preview', { body: { ticket: ticketIn(await mailTo(email)) } })).toMatchObject({
        status: 200,
        body: { email },
      })
    } finally {
      await without.close()
      away.close()
    }
  })

  it('with a repeated Idempotency-Key sends one mail and makes one user', async () => {
    const browser = await guarded.enter('admin')
    const email = newAddress()
    const invite = () => browser.ask('POST', '/v1/users', { email, name: 'Ana', role: 'agent' }, { 'idempotency-key': 'once' })
    expect(await invite()).toMatchObject({ status: 201, body: { mail: 'sent' } })
    expect(await invite()).toMatchObject({ status: 201, body: { mail: 'unknown', user: { email } } })
    await mailTo(email)
    const all = await caughtMails()
    expect(all.filter(({ to }) => to.includes(email))).toHaveLength(1)
  })
})

describe('a password reset over HTTP', () => {
  it('answers the same for everybody, and mails a link to those who are there', async () => {
    const user = await guarded.newUser('agent')
    const before = guarded.browserOf(await guarded.signIn(user))
    const request = (email: string, tenant = 'demo') => guarded.ask('POST', '/v1/password-resets', { body: { tenant, email } })
    const answers = [
      await request(user.email),
      await request('nobody@shop.example'),
      await request(user.email, 'other'),
      await request('no address'),
    ]
    for (const { status, body } of answers) expect({ status, body }).toEqual({ status: 202, body: answers[0]?.body })
    const mail = await mailTo(user.email)
    expect(mail.text).toContain(`${publicUrl}/password-reset#`)
    const confirm = (password: string) =>
      guarded.ask('POST', '/v1/password-resets/confirmation', { body: { ticket: ticketIn(mail), password } })
    expect(await confirm('short')).toMatchObject({
      status: 422,
      body: { code: 'password-too-short', errors: [{ field: 'body.password' }] },
    })
    expect((await confirm('another horse entirely')).status).toBe(204)
    expect((await confirm('a third horse entirely')).status).toBe(410)
    expect((await before.ask('GET', '/v1/session')).status).toBe(401)
    expect((await guarded.signIn(user, 'demo', 'another horse entirely')).status).toBe(200)
  })
})

it('a change of settings and of a workflow stands in the audit log, without the address', async () => {
  const browser = await guarded.enter('admin')
  await browser.ask('PATCH', '/v1/tenant', { timezone: 'America/Sao_Paulo', mailTo: 'secret-place@shop.example' })
  const workflow = {
    statuses: [
      { name: 'new', label: 'New', isFinal: false },
      { name: 'done', label: 'Done', isFinal: true },
    ],
    moves: [{ from: 'new', to: 'done', label: 'Finish' }],
  }
  expect((await browser.ask('PUT', '/v1/workflows/short', workflow)).status).toBe(200)
  const { body } = await browser.ask('GET', '/v1/audit-log?limit=2')
  expect(body).toMatchObject({
    entries: [
      { action: 'workflow.saved', target: 'workflow:short', details: { statuses: 2, moves: 1 } },
      { action: 'settings.changed', target: null, details: { timezone: 'America/Sao_Paulo', mailTo: 'set' } },
    ],
  })
})
