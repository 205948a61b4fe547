import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Knex } from 'knex'
import { commandLine, type Actor } from '../../../services/accounts/actor.ts'
import { appendAudit, listAudit } from '../../../services/accounts/audit.ts'
import { signInByOpenId } from '../../../services/accounts/open-id.ts'
import { scopesOf, type Role } from '../../../services/accounts/principal.ts'
import { findSession } from '../../../services/accounts/sessions.ts'
import { acceptInvitation, requestReset, resetPassword } from '../../../services/accounts/take-account.ts'
import { readTicket } from '../../../services/accounts/tickets.ts'
import { findUser, listAgents, listUsers, type User } from '../../../services/accounts/user-store.ts'
import { addUser, changeUser, inviteAgain, type UserChange } from '../../../services/accounts/users.ts'
import { addTenant } from '../../../services/leads/tenants.ts'
import { connectDatabase } from '../../../services/platform/mysql/connection.ts'
import { transactionOn, type Transaction } from '../../../services/platform/mysql/transaction.ts'
import { goodPassword, inTransactions, makeUser, newTenant } from '../../support/accounts.ts'
import { createDatabase } from '../../support/world.ts'

const start = Date.UTC(2026, 10, 21, 9)
const after = (ms: number) => new Date(start + ms)
const now = after(0)
const hour = 3_600_000
const day = 24 * hour

let db: Knex
let tx: Transaction
let tenantId = 0
const run = <Result>(work: (inner: Transaction) => Promise<Result>) => inTransactions(db)(work)
beforeAll(async () => {
  db = connectDatabase(await createDatabase(`tributary_test_${randomUUID().slice(0, 8)}`), 8)
  tx = transactionOn(db)
})
beforeEach(async () => {
  tenantId++
  await addTenant(tx, newTenant(`shop-${tenantId}`), now)
})
afterAll(() => db.destroy())

const as = (role: Role, id = 'somebody'): Actor => ({ actor: `user:${id}`, role, scopes: scopesOf(role) })
const mailbox = () => `${randomUUID()}@shop.example`
const invite = (role: Role = 'agent', actor: Actor = commandLine, email = mailbox()) =>
  run((inner) => addUser(inner, actor, { tenantId, email, name: 'Maria Silva', role }, now))
const change = (user: Pick<User, 'id'>, what: UserChange, actor: Actor = commandLine) =>
  run((inner) => changeUser(inner, actor, { tenantId, id: user.id, change: what }, now))
const actions = async () => (await listAudit(tx, tenantId, { most: 100 })).map(({ action }) => action)

describe('an invitation', () => {
  it('lets its user in once, with the password he chose', async () => {
    const { user, ticket } = await invite()
    expect(user.state).toBe('invited')
    expect((await readTicket(tx, ticket, 'invitation', now)).id).toBe(user.id)
    const { cookie } = await acceptInvitation(run, { ticket, password: goodPassword, now })
    expect((await findSession(tx, cookie, now))?.principal.id).toBe(user.id)
    expect((await findUser(tx, tenantId, user.id))?.state).toBe('enabled')
    await expect(acceptInvitation(run, { ticket, password: goodPassword, now })).rejects.toMatchObject({ code: 'ticket-invalid' })
  })

  it('raced by two lets one in', async () => {
    const { user, ticket } = await invite()
    const results = await Promise.allSettled(
      ['first horse battery staple', 'second horse battery staple', 'third horse battery staple'].map((password) =>
        acceptInvitation(run, { ticket, password, now }),
      ),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ticket-invalid' })
    const [row] = await tx.select<{ n: number }>('SELECT COUNT(*) AS n FROM sessions WHERE sessions.tenant_id = ?', [user.tenantId])
    expect(Number(row?.n)).toBe(1)
  })

  it('is over after 7 days', async () => {
    const { ticket } = await invite()
    expect(await readTicket(tx, ticket, 'invitation', after(7 * day - 1))).toBeDefined()
    await expect(acceptInvitation(run, { ticket, password: goodPassword, now: after(7 * day) })).rejects.toMatchObject({
      code: 'ticket-invalid',
    })
  })

  it('stands when the password was no good', async () => {
    const { ticket } = await invite()
    await expect(acceptInvitation(run, { ticket, password: 'short', now })).rejects.toMatchObject({
      code: 'password-too-short',
      field: 'password',
    })
    expect(await acceptInvitation(run, { ticket, password: goodPassword, now })).toBeDefined()
  })

  it('sent again replaces the one before', async () => {
    const { user, ticket } = await invite()
    const again = await run((inner) => inviteAgain(inner, commandLine, tenantId, user.id, now))
    await expect(readTicket(tx, ticket, 'invitation', now)).rejects.toMatchObject({ code: 'ticket-invalid' })
    expect((await readTicket(tx, again.ticket, 'invitation', now)).id).toBe(user.id)
    await acceptInvitation(run, { ticket: again.ticket, password: goodPassword, now })
    await expect(run((inner) => inviteAgain(inner, commandLine, tenantId, user.id, now))).rejects.toMatchObject({
      code: 'user-not-invited',
    })
  })

  it('of a user who was disabled meanwhile opens nothing, also when he is enabled again', async () => {
    const { user, ticket } = await invite()
    await change(user, { disabled: true })
    await expect(readTicket(tx, ticket, 'invitation', now)).rejects.toMatchObject({ code: 'ticket-invalid' })
    expect((await change(user, { disabled: false })).state).toBe('invited')
    await expect(readTicket(tx, ticket, 'invitation', now)).rejects.toMatchObject({ code: 'ticket-invalid' })
  })

  it('is not a reset', async () => {
    const { ticket } = await invite()
    await expect(resetPassword(run, { ticket, password: goodPassword, now })).rejects.toMatchObject({ code: 'ticket-invalid' })
  })

  it('goes to an address once, however it is written, and to the same address in another tenant', async () => {
    const email = mailbox()
    await invite('agent', commandLine, email)
    await expect(invite('viewer', commandLine, ` ${email.toUpperCase()}`)).rejects.toMatchObject({ code: 'email-taken', field: 'email' })
    tenantId++
    await addTenant(tx, newTenant(`shop-${tenantId}`), now)
    expect((await invite('agent', commandLine, email)).user.email).toBe(email)
  })

  it('for one address by two at the same time makes one user', async () => {
    const email = mailbox()
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => invite('agent', commandLine, email)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'email-taken' })
  })

  it.each<[Role, Role, boolean]>([
    ['agent', 'viewer', false],
    ['admin', 'admin', true],
    ['admin', 'owner', false],
    ['owner', 'owner', true],
  ])('by an actor of the scopes of %s to be %s is given: %s', async (role, wanted, given) => {
    const made = invite(wanted, { ...as(role), ...(role === 'agent' ? { scopes: new Set(['users:write'] as const) } : {}) })
    if (given) expect((await made).user.role).toBe(wanted)
    else await expect(made).rejects.toMatchObject({ code: 'role-not-yours' })
  })
})

describe('a password reset', () => {
  it('sets another password once', async () => {
    const user = await makeUser(db, tenantId, 'agent', now)
    const asked = await run((inner) => requestReset(inner, { tenantSlug: `shop-${tenantId}`, email: user.email }, now))
    const ticket = asked?.ticket ?? ''
    const results = await Promise.allSettled([1, 2].map((n) => resetPassword(run, { ticket, password: `another horse number ${n}`, now })))
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  it('is over after an hour', async () => {
    const user = await makeUser(db, tenantId, 'agent', now)
    const asked = await run((inner) => requestReset(inner, { tenantSlug: `shop-${tenantId}`, email: user.email }, now))
    await expect(resetPassword(run, { ticket: asked?.ticket ?? '', password: goodPassword, now: after(hour) })).rejects.toMatchObject({
      code: 'ticket-invalid',
    })
  })

  it('asked for again within two minutes sends nothing, and the first link still works', async () => {
    const user = await makeUser(db, tenantId, 'agent', now)
    const ask = (at: Date) => run((inner) => requestReset(inner, { tenantSlug: `shop-${tenantId}`, email: user.email }, at))
    const first = await ask(now)
    expect(await ask(after(119_999))).toBeUndefined()
    expect(await ask(after(120_001))).toBeDefined()
    expect(await resetPassword(run, { ticket: first?.ticket ?? '', password: 'another horse entirely', now: after(200_000) })).toBeDefined()
  })

  it('is sent to nobody who is unknown, invited or disabled', async () => {
    const { user: invited } = await invite()
    const gone = await makeUser(db, tenantId, 'agent', now)
    await change(gone, { disabled: true })
    for (const email of [invited.email, gone.email, mailbox(), 'no address'])
      expect(await run((inner) => requestReset(inner, { tenantSlug: `shop-${tenantId}`, email }, now))).toBeUndefined()
  })
})

describe('the last owner', () => {
  it('is neither disabled nor made something else; with another one he may go', async () => {
    const owner = await makeUser(db, tenantId, 'owner', now)
    await invite('owner')
    const gone = await makeUser(db, tenantId, 'owner', now)
    await change(gone, { disabled: true })
    for (const what of [{ disabled: true }, { role: 'admin' as const }])
      await expect(change(owner, what, as('owner', owner.id))).rejects.toMatchObject({ code: 'last-owner' })
    expect((await findUser(tx, tenantId, owner.id))?.state).toBe('enabled')
    await makeUser(db, tenantId, 'owner', now)
    expect((await change(owner, { role: 'admin' })).role).toBe('admin')
  })

  it('stays when two owners remove each other at the same time', async () => {
    const [one, two] = [await makeUser(db, tenantId, 'owner', now), await makeUser(db, tenantId, 'owner', now)]
    const results = await Promise.allSettled([
      change(one, { disabled: true }, as('owner', two.id)),
      change(two, { role: 'viewer' }, as('owner', one.id)),
    ])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const owners = (await listUsers(tx, tenantId)).filter(({ role, state }) => role === 'owner' && state === 'enabled')
    expect(owners).toHaveLength(1)
  })
})

describe('a change of a user', () => {
  it.each<[string, Role, Role, UserChange]>([
    ['an admin makes himself an owner', 'admin', 'admin', { role: 'owner' }],
    ['an admin disables an owner', 'admin', 'owner', { disabled: true }],
    ['an admin renames an owner', 'admin', 'owner', { name: 'Nobody' }],
    ['an admin makes an owner a viewer', 'admin', 'owner', { role: 'viewer' }],
  ])('is refused when %s', async (_, role, of, what) => {
    await makeUser(db, tenantId, 'owner', now)
    const user = await makeUser(db, tenantId, of, now)
    await expect(change(user, what, as(role, of === role ? user.id : 'somebody'))).rejects.toMatchObject({ code: 'role-not-yours' })
    expect(await findUser(tx, tenantId, user.id)).toMatchObject({ role: of, state: 'enabled', name: user.name })
  })

  it('of one’s own name is everybody’s right', async () => {
    const user = await makeUser(db, tenantId, 'viewer', now)
    expect((await change(user, { name: ' Ana ' }, as('viewer', user.id))).name).toBe('Ana')
  })

  it('never reaches a user of another tenant', async () => {
    const user = await makeUser(db, tenantId, 'agent', now)
    tenantId++
    await addTenant(tx, newTenant(`shop-${tenantId}`), now)
    await expect(change(user, { disabled: true })).rejects.toMatchObject({ code: 'user-not-found' })
    expect(await findUser(tx, tenantId, user.id)).toBeUndefined()
    expect(await listUsers(tx, tenantId)).toEqual([])
  })
})

it('leads are assigned to those who may come in and may change them', async () => {
  const owner = await makeUser(db, tenantId, 'owner', now)
  const agent = await makeUser(db, tenantId, 'agent', now)
  await makeUser(db, tenantId, 'viewer', now)
  await invite('agent')
  await change(await makeUser(db, tenantId, 'agent', now), { disabled: true })
  expect((await listAgents(tx, tenantId)).map(({ id }) => id)).toEqual([agent.id, owner.id])
})

describe('the audit log', () => {
  it('holds each administrative act, newest first, without an address or a secret', async () => {
    await makeUser(db, tenantId, 'owner', now)
    const { user, ticket } = await invite()
    await acceptInvitation(run, { ticket, password: goodPassword, now: after(1) })
    for (const [index, what] of ([{ role: 'viewer' }, { name: 'Ana' }, { disabled: true }, { disabled: false }] as UserChange[]).entries())
      await run((inner) => changeUser(inner, as('owner'), { tenantId, id: user.id, change: what }, after(2 + index)))
    expect((await actions()).slice(0, 5)).toEqual([
      'user.enabled',
      'user.disabled',
      'user.renamed',
      'user.role-changed',
      'user.accepted-invitation',
    ])
    const text = JSON.stringify(await tx.select('SELECT * FROM audit_log WHERE audit_log.tenant_id = ?', [tenantId]))
    for (const secret of [user.email, 'Ana', 'Maria', ticket.slice(ticket.indexOf('_') + 1), goodPassword])
      expect(text).not.toContain(secret)
  })

  it('is read page by page, each entry once', async () => {
    for (let index = 0; index < 23; index++)
      await appendAudit(tx, { tenantId, actor: 'cli', action: 'test.done', target: null, details: { index } }, after(Math.floor(index / 3)))
    const seen: string[] = []
    for (let before: string | undefined; ; before = seen.at(-1)) {
      const page = await listAudit(tx, tenantId, { before, most: 5 })
      if (page.length === 0) break
      seen.push(...page.map(({ id }) => id))
    }
    expect(new Set(seen).size).toBe(23)
    expect(seen).toHaveLength(23)
    expect(seen).toEqual(seen.toSorted().toReversed())
  })

  it('of one tenant is not seen by another', async () => {
    await invite()
    tenantId++
    await addTenant(tx, newTenant(`shop-${tenantId}`), now)
    expect(await actions()).toEqual([])
  })
})

describe('whoever a provider vouches for', () => {
  const person = (email?: string, subject: string = randomUUID()) => ({ issuer: 'https://id.example', subject, email })
  const enter = (who: ReturnType<typeof person>) =>
    run((inner) => signInByOpenId(inner, { tenantSlug: `shop-${tenantId}`, person: who }, now))

  it('comes in by his verified address, and by his subject from then on, whatever becomes of the address', async () => {
    const user = await makeUser(db, tenantId, 'agent', now)
    const who = person(user.email.toUpperCase())
    expect(await enter(who)).toMatchObject({ result: 'signed-in', user: { id: user.id } })
    expect(await enter({ ...who, email: undefined })).toMatchObject({ result: 'signed-in', user: { id: user.id } })
    expect(await enter({ ...who, email: 'other@shop.example' })).toMatchObject({ result: 'signed-in', user: { id: user.id } })
    expect(await enter({ ...who, email: undefined, issuer: 'https://evil.example' })).toEqual({ result: 'unverified' })
  })

  it('takes up his invitation', async () => {
    const { user, ticket } = await invite()
    expect(await enter(person(user.email))).toMatchObject({ result: 'signed-in', user: { id: user.id, state: 'enabled' } })
    await expect(readTicket(tx, ticket, 'invitation', now)).rejects.toMatchObject({ code: 'ticket-invalid' })
  })

  it('stays out when he is unknown, disabled, or his address is not verified; nobody is made a user', async () => {
    const gone = await makeUser(db, tenantId, 'agent', now)
    const who = person(gone.email)
    await enter(who)
    await change(gone, { disabled: true })
    expect(await enter(who)).toEqual({ result: 'unknown' })
    expect(await enter(person(gone.email))).toEqual({ result: 'unknown' })
    expect(await enter(person(mailbox()))).toEqual({ result: 'unknown' })
    expect(await enter(person(undefined))).toEqual({ result: 'unverified' })
    expect(await listUsers(tx, tenantId)).toHaveLength(1)
  })
})
