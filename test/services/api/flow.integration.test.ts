import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { changeLeads } from '../../../services/leads/change-leads.ts'
import { readTenant, setTenant } from '../../../services/leads/tenants.ts'
import { delivery, form, order, reply } from '../../support/events.ts'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { work, workValues } from '../../support/work.ts'
import { createWorld, type World } from '../../support/world.ts'

type Sums = Record<'received' | 'newLeads' | 'followUps' | 'receipts' | 'orders' | 'notConcerned' | 'duplicates' | 'parked', number>
type Flow = {
  timeZone: string
  rows: (Sums & { at: string; source: string; deadLetters: string | null })[]
  total: Sums
  checks: { name: string; counted: number; found: number; difference: number }[]
  isBalanced: boolean
}

// `work` receives everything at the beginning of 2026-10-02.
const span = 'from=2026-10-02T00:00:00Z&to=2026-10-03T00:00:00Z'
let world: World
let api: RunningApi
let admin: Client
beforeAll(async () => {
  world = await createWorld(['demo', 'other'], 1)
  api = await startApi(world)
  admin = await api.as('admin')
  const visitor = { visitor_id: 'v-1', email: 'v1@example.com' }
  const forms = [form({ visitor }), form({ visitor }), form({ visitor: { visitor_id: 'v-2' }, source: 'shop' }), form({ tenant: 'other' })]
  await work(world, 'chat.form-submitted', forms)
  // Repeats, a conflict, a broken one, bytes that are no event, an event of nobody.
  await work(world, 'chat.form-submitted', [
    ...forms.slice(0, 2),
    { ...forms[0], message: 'other words' } as (typeof forms)[0],
    form({ event_id: '' }),
    form({ tenant: 'nobody' }),
  ])
  await workValues(world, 'chat.form-submitted', [null, Buffer.from('{"json":true}')])
  await work(world, 'broadcast.reply-received', [reply(), reply()])
  const reports = [
    delivery({ message_id: 'm-1', broadcast: broadcast('spring') }),
    delivery({ message_id: 'm-1', broadcast: broadcast('spring'), status: 'DELIVERED' }),
    delivery({ message_id: 'm-1', broadcast: broadcast('spring'), status: 'READ' }),
    delivery({ message_id: 'm-2', broadcast: broadcast('spring'), status: 'FAILED' }),
    delivery({ message_id: 'm-3', broadcast: broadcast('spring'), status: 'FAILED' }),
    delivery({ message_id: 'm-3', broadcast: broadcast('spring'), status: 'DELIVERED', attempt: 2 }),
    delivery({ message_id: 'm-4', broadcast: broadcast('autumn') }),
    delivery({ message_id: 'm-5', tenant: 'other', broadcast: broadcast('spring') }),
  ]
  await work(world, 'broadcast.delivery-reported', [...reports, reports[0] as (typeof reports)[0], delivery({ message_id: '' })])
  await work(world, 'order.changed', [order(), order({ status: 'CANCELLED', order_id: '1002', customer: { email: 'c@example.com' } })])
})
afterAll(async () => {
  await api.close()
  await world.close()
})

const broadcast = (name: string) => ({
  broadcast_id: name,
  campaign_id: null,
  campaign_name: `${name} campaign`,
  template_id: null,
  template_name: null,
  template_language: null,
})
const flow = async (query = span, client = admin) => (await client.get<Flow>(`/v1/flow?${query}`)).body

describe('the nothing-lost account', () => {
  it('is balanced after work of all kinds, with repeats and poison', async () => {
    const { total, checks, isBalanced } = await flow()
    expect(total).toEqual({
      received: 20,
      newLeads: 4,
      followUps: 2,
      receipts: 7,
      orders: 1,
      notConcerned: 0,
      duplicates: 3,
      parked: 3,
    })
    expect(checks).toEqual([
      { name: 'parked', span: 'asked', counted: 3, found: 3, difference: 0 },
      { name: 'distinctEvents', span: 'ever', counted: 14, found: 14, difference: 0 },
      { name: 'submissions', span: 'ever', counted: 6, found: 6, difference: 0 },
    ])
    expect(isBalanced).toBe(true)
  })

  it('says it by source and hour, each row adding up, with the way to its dead letters', async () => {
    const { rows, total } = await flow()
    for (const { received, newLeads, followUps, receipts, orders, notConcerned, duplicates, parked } of rows)
      expect(received).toBe(newLeads + followUps + receipts + orders + notConcerned + duplicates + parked)
    expect(rows.map(({ at, source }) => [at, source])).toEqual([
      ['2026-10-02T00:00:00.000Z', 'shop'],
      ['2026-10-02T00:00:00.000Z', 'test'],
    ])
    const [shop, test] = rows
    expect(shop).toMatchObject({ received: 1, newLeads: 1, deadLetters: null })
    expect((shop?.received ?? 0) + (test?.received ?? 0)).toBe(total.received)
    expect((await admin.get<{ total: number }>(test?.deadLetters ?? '')).body.total).toBe(test?.parked)
    expect((await flow(`${span}&source=shop`)).total).toMatchObject({ received: 1 })
  })

  it('counts days in the zone of the tenant', async () => {
    await world.tx.execute("UPDATE tenants SET timezone = 'America/Sao_Paulo' WHERE slug = 'demo'")
    const local = await flow(`${span}&by=day`)
    expect(local.timeZone).toBe('America/Sao_Paulo')
    expect(new Set(local.rows.map(({ at }) => at))).toEqual(new Set(['2026-10-01']))
    expect(new Set((await flow(`${span}&by=day&timeZone=utc`)).rows.map(({ at }) => at))).toEqual(new Set(['2026-10-02']))
  })

  it('is of the own tenant only', async () => {
    const other = await flow(span, await api.as('owner', 'other'))
    expect(other.total).toMatchObject({ received: 2, newLeads: 1, receipts: 1, parked: 0 })
    expect(other.isBalanced).toBe(true)
    expect((await (await api.as('agent')).get('/v1/flow')).status).toBe(403)
  })

  it('shows the difference when something is lost', async () => {
    await world.tx.execute('DELETE FROM lead_submissions WHERE tenant_id = ? ORDER BY submission_id LIMIT 1', [admin.principal.tenantId])
    await world.tx.execute('DELETE FROM dead_letters WHERE tenant_id = ? ORDER BY dead_letter_id LIMIT 1', [admin.principal.tenantId])
    const { isBalanced, checks } = await flow()
    expect(isBalanced).toBe(false)
    expect(checks.map(({ name, difference }) => [name, difference])).toEqual([
      ['parked', 1],
      ['distinctEvents', 0],
      ['submissions', 1],
    ])
  })

  it('is asked for a time that is one, and not for too much', async () => {
    for (const query of ['from=2026-10-02T00:00:00Z&to=2026-10-01T00:00:00Z', 'from=2025-01-01T00:00:00Z', 'from=yesterday', 'by=minute'])
      expect(await admin.get(`/v1/flow?${query}`)).toMatchObject({ status: 400, body: { code: 'request-invalid' } })
    expect((await admin.get('/v1/flow?by=day')).status).toBe(200)
  })
})

describe('the figures of leads', () => {
  type Figures = { leads: number; scores: { from: number; to: number; leads: number }[]; firstAction: Record<string, number | null> }
  const opened = 'from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z'

  it('count scores, and the time until somebody acts', async () => {
    const before = (await admin.get<Figures>(`/v1/flow/leads?${opened}`)).body
    expect(before).toMatchObject({ leads: 4, firstAction: { looked: 4, acted: 0, medianSeconds: null, p90Seconds: null } })
    expect(before.scores).toHaveLength(10)
    expect(before.scores[0]).toEqual({ from: 0, to: 9, leads: 4 })
    const [lead] = await world.tx.select<{ lead_id: Buffer; opened_at: number }>(
      'SELECT lead_id, opened_at FROM leads WHERE tenant_id = ? ORDER BY lead_id LIMIT 1',
      [admin.principal.tenantId],
    )
    if (lead === undefined) throw new Error('no lead')
    const tenant = await readTenant(world.tx, admin.principal.tenantId)
    const change = { change: 'status', to: 'handled', reason: null } as const
    await changeLeads(world.tx, tenant, admin.principal.actor, [lead.lead_id], change, new Date(lead.opened_at + 90_000))
    await world.tx.execute('UPDATE leads SET score = 100 WHERE tenant_id = ? AND lead_id = ?', [admin.principal.tenantId, lead.lead_id])
    const { body } = await admin.get<Figures>(`/v1/flow/leads?${opened}`)
    expect(body).toMatchObject({ leads: 4, firstAction: { looked: 4, acted: 1, medianSeconds: 90, p90Seconds: 90 } })
    expect(body.scores[9]).toEqual({ from: 90, to: 100, leads: 1 })
    expect((await admin.get<Figures>('/v1/flow/leads?from=2026-10-02T00:00:00Z&to=2026-10-03T00:00:00Z')).body.leads).toBe(0)
  })

  it('are of the leads only that the plan shows', async () => {
    const owner = await api.as('owner', 'other')
    await setTenant(world.tx, 'other', { plan: 'starter' })
    await work(
      world,
      'chat.form-submitted',
      Array.from({ length: 8 }, (_, index) => form({ tenant: 'other', visitor: { visitor_id: `o-${index}` } })),
    )
    expect((await owner.get<Figures>(`/v1/flow/leads?${opened}`)).body).toMatchObject({ leads: 5, firstAction: { looked: 5 } })
  })
})

it('the funnel of a broadcast counts each message once, as far as any attempt came', async () => {
  const { body } = await admin.get<{ broadcasts: object[] }>(`/v1/flow/broadcasts?${span}`)
  expect(body.broadcasts).toHaveLength(2)
  expect(body.broadcasts).toContainEqual(
    expect.objectContaining({ broadcastId: 'spring', campaignName: 'spring campaign', sent: 3, delivered: 2, read: 1, failed: 1 }),
  )
  expect(body.broadcasts).toContainEqual(expect.objectContaining({ broadcastId: 'autumn', sent: 1, delivered: 0, read: 0, failed: 0 }))
})
