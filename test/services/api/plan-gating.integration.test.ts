import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { changeLead } from '../../../services/leads/change-leads.ts'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { addFollowUp } from '../../../services/leads/follow-ups.ts'
import { findTenants, setTenant } from '../../../services/leads/tenants.ts'
import { withTransaction } from '../../../services/platform/mysql/transaction.ts'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { delivery, form, order } from '../../support/events.ts'
import { indexLeads } from '../../support/index-leads.ts'
import { work } from '../../support/work.ts'
import { createWorld, type World } from '../../support/world.ts'

/*
 * Two tenants on the free plan see the same five leads. `blind` has two older ones too. Whatever is asked of both, the answers must be the same: then nothing of row 6 can be learnt,
 * not even that it is there.
 */
const tenants = ['blind', 'plain'] as const
const at = Date.UTC(2026, 9, 1)
const hour = 3_600_000
const secret = { name: 'Zanzibar Quixote', email: 'zanzibar@hidden.example', phone: '+5511998877665', order: 'HIDDEN-77' }

let world: World
let api: RunningApi
const clients = new Map<string, Client>()
let hidden: string[]
let hiddenFollowUp: string

const person = (tenant: string, number: number, more: object = {}, visitor: object = {}) =>
  form({
    tenant,
    event_id: `${number}-${JSON.stringify(more).length}-${Object.keys(visitor).length}`,
    occurred_at: at + number * hour,
    message: `Message ${number}`,
    ...more,
    visitor: { visitor_id: `visitor-${number}`, name: `Person ${number}`, email: `person${number}@example.com`, ...visitor },
  })

beforeAll(async () => {
  world = await createWorld([...tenants], 1)
  api = await startApi(world)
  const now = new Date(at + 100 * hour)
  const { name, email, phone } = secret
  const stranger = person('blind', 0, { message: 'Zanzibar calling', order_number: secret.order }, { name, email, phone })
  // The same person as the newest visible lead, with an address of then.
  const returning = person(
    'blind',
    1,
    { message: 'Zanzibar again' },
    { visitor_id: 'visitor-9', email: 'then@hidden.example', phone: '+5511997766554' },
  )
  await work(world, 'chat.form-submitted', [stranger, returning])
  await work(world, 'broadcast.delivery-reported', [delivery({ tenant: 'blind', recipient: { phone: '+5511997766554' } })])
  await work(world, 'order.changed', [order({ tenant: 'blind', order_id: 'hidden-1', customer: { email: 'then@hidden.example' } })])
  const leads = await world.tx.select<{ lead_id: Buffer }>('SELECT lead_id FROM leads ORDER BY lead_id')
  hidden = leads.map(({ lead_id }) => uuidOf(lead_id))
  const blind = (await findTenants(world.tx, ['blind'])).get('blind')
  if (blind === undefined) throw new Error('no tenant')
  hiddenFollowUp = await withTransaction(world.db, 10_000, async (tx) => {
    const plan = { dueAt: at + 50 * hour, note: 'Zanzibar', agent: null, remindAt: null }
    const { followUpId } = await addFollowUp(tx, blind, 'user:x', leads[0]?.lead_id ?? Buffer.alloc(16), plan, now)
    for (const { lead_id } of leads)
      await changeLead(tx, blind, 'user:x', lead_id, { change: 'status', to: 'closed', reason: 'Zanzibar' }, now)
    return followUpId
  })
  for (const tenant of tenants) {
    for (const number of [5, 6, 7, 8, 9]) await work(world, 'chat.form-submitted', [person(tenant, number)])
    await setTenant(world.tx, tenant, { plan: 'free' })
    clients.set(tenant, await api.as('owner', tenant))
  }
  await indexLeads(world)
})
afterAll(async () => {
  await api.close()
  await world.close()
})

const clientOf = (tenant: string) => clients.get(tenant) as Client

/** An answer without what differs between any two tenants: ids, times, cursors, names. */
function shapeOf(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item))
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, key === 'hasLockedLeads' ? 'said to both or none' : shapeOf(item, key)]),
    )
  if (typeof value !== 'string') return value
  if (['cursor', 'first', 'previous', 'next', 'last'].includes(name)) return 'a cursor'
  return value
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'an id')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')
    .replaceAll(/blind|plain/g, 'a tenant')
}

async function bothSay(path: string) {
  const answers = await Promise.all(tenants.map((tenant) => clientOf(tenant).get(path)))
  expect([path, ...answers.map(({ status, body }) => [status, shapeOf(body)])]).toEqual([
    path,
    ...Array.from({ length: 2 }, () => [answers[1]?.status, shapeOf(answers[1]?.body)]),
  ])
  for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(/zanzibar|hidden|99887766|99776655/i)
  return answers
}

type Document = { paths: Record<string, Record<string, unknown>> }
const document = JSON.parse(readFileSync('services/api/openapi.json', 'utf8')) as Document
const readable = Object.entries(document.paths).flatMap(([path, operations]) => ('get' in operations ? [path] : []))
const lists = readable.filter((path) => !path.includes('{') && path !== '/v1/stream' && !path.startsWith('/v1/open-id'))

describe('on the free plan nothing of row 6 can be learnt', () => {
  it.each(lists)('from %s', async (path) => {
    await bothSay(path)
  })

  it.each([
    ['search=zanzibar'],
    ['search=quixote'],
    ['search=then%40hidden.example'],
    ['search=5511998877665'],
    ['search=7665'],
    ['search=HIDDEN-77'],
    ['statuses=closed'],
    ['active=false'],
    ['openedTo=2026-10-01T03:00:00Z'],
    ['sort=score'],
    ['limit=100'],
    ['limit=1'],
    ['search=person'],
  ])('by finding or counting with %s', async (query) => {
    await bothSay(`/v1/leads?${query}`)
    await bothSay(`/v1/leads/count?${query.replace(/sort=score|limit=\d+/, '')}`)
  })

  it('from the visible lead of the same person: no past lead, key, order or broadcast', async () => {
    const answers = await Promise.all(tenants.map((tenant) => clientOf(tenant).get<{ leads: { leadId: string }[] }>('/v1/leads')))
    const [blind = '', plain = ''] = answers.map(({ body }) => body.leads[0]?.leadId)
    for (const path of readable.filter((known) => known.startsWith('/v1/leads/{leadId}'))) {
      const [one, other] = [
        await clientOf('blind').get(path.replace('{leadId}', blind)),
        await clientOf('plain').get(path.replace('{leadId}', plain)),
      ]
      expect([path, one.status, shapeOf(one.body)]).toEqual([path, 200, shapeOf(other.body)])
    }
  })

  it('by its ids: they are as unknown as any', async () => {
    const nobody = '00000000-0000-7000-8000-000000000000'
    const paths = Object.entries(document.paths).flatMap(([path, operations]) =>
      /^\/v1\/(leads\/\{leadId\}|follow-ups\/\{followUpId\})/.test(path)
        ? Object.keys(operations).map((method) => [method.toUpperCase(), path] as const)
        : [],
    )
    const bodies: Record<string, object> = {
      '/v1/leads/{leadId}/status': { to: 'new' },
      '/v1/leads/{leadId}/assignee': { to: null },
      '/v1/leads/{leadId}/score': { to: 5 },
      '/v1/leads/{leadId}/notes': { text: 'x' },
      '/v1/leads/{leadId}/follow-ups': { dueAt: '2026-12-01T00:00:00Z' },
      '/v1/follow-ups/{followUpId}': { state: 'done' },
    }
    expect(paths.length).toBeGreaterThan(12)
    for (const [method, path] of paths) {
      const ask = (id: string) =>
        clientOf('blind').send(method, path.replace(/\{\w+\}/, id), method === 'GET' || method === 'DELETE' ? undefined : bodies[path])
      const ids = path.includes('followUpId') ? [hiddenFollowUp] : hidden
      const unknown = await ask(nobody)
      expect([method, path, unknown.status]).toEqual([method, path, 404])
      for (const id of ids) {
        const answer = await ask(id)
        expect([method, path, answer.status, shapeOf({ ...answer.body, instance: '' })]).toEqual([
          method,
          path,
          404,
          shapeOf({ ...unknown.body, instance: '' }),
        ])
      }
    }
    expect(await world.count('lead_events', "type IN ('note_added', 'follow_up_done')")).toBe(0)
  })

  it('by a cursor that another plan was given', async () => {
    await setTenant(world.tx, 'blind', { plan: 'boost' })
    const seen = await clientOf('blind').get<{ cursors: { next: string | null } }>('/v1/leads?limit=5')
    await setTenant(world.tx, 'blind', { plan: 'free' })
    expect(seen.body.cursors.next).not.toBeNull()
    const { status, body } = await clientOf('blind').get<{ leads: { leadId: string }[] }>(
      `/v1/leads?limit=5&cursor=${seen.body.cursors.next}`,
    )
    expect(status).toBe(200)
    for (const { leadId } of body.leads) expect(hidden).not.toContain(leadId)
  })

  it('while all of it is there on a plan that shows all', async () => {
    await setTenant(world.tx, 'blind', { plan: 'advanced' })
    const { body } = await clientOf('blind').get<{ total: { count: number } }>('/v1/leads?search=zanzibar')
    expect(body.total.count).toBe(1)
    await setTenant(world.tx, 'blind', { plan: 'free' })
  })
})
