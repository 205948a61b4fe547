import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Part } from '../../../services/platform/lifecycle.ts'
import type { LeadActivity } from '../../../schemas/events.ts'
import { runReplays } from '../../../services/api/run-replays.ts'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { withAdmin } from '../../../services/platform/kafka/admin.ts'
import { setTenant } from '../../../services/leads/tenants.ts'
import { Metrics } from '../../../services/platform/metrics.ts'
import { Health } from '../../../services/platform/worker/health.ts'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { form } from '../../support/events.ts'
import { brokenInvariants, eachEvent } from '../../support/totals.ts'
import { work } from '../../support/work.ts'
import { createWorld, eventually, silent, type World } from '../../support/world.ts'

type ReplayBody = { replayId: string; state: string; published: number; code?: string }

let world: World
let api: RunningApi
let admin: Client
let runner: Part
const failures: unknown[] = []
beforeAll(async () => {
  world = await createWorld(['demo', 'other', 'free'], 2)
  await setTenant(world.tx, 'free', { plan: 'free' })
  api = await startApi(world)
  admin = await api.as('admin')
  await world.start('status-relay')
  const metrics = new Metrics({}, false)
  const health = new Health('api', metrics)
  runner = runReplays(world.db, () => new Date(), { worker: 'api', health, metrics, log: silent, onFatal: (error) => failures.push(error) })
  await runner.start?.()
})
afterAll(async () => {
  await runner.stop?.()
  expect(failures).toEqual([])
  await api.close()
  await world.close()
})

let people = 0
/** Leads of `tenant` with three rows of history each. */
async function newLeads(count: number, tenant = 'demo'): Promise<void> {
  const visitors = Array.from({ length: count }, () => `v-${++people}`)
  for (let round = 0; round < 3; round++)
    await work(
      world,
      'chat.form-submitted',
      visitors.map((visitor_id) => form({ tenant, visitor: { visitor_id } })),
    )
}
const settled = () =>
  eventually(
    'all published',
    () => world.count('lead_events', 'pending_shard IS NOT NULL'),
    (left) => left === 0,
  )
async function activity(): Promise<LeadActivity[]> {
  const events: LeadActivity[] = []
  await eachEvent(world, 'lead.activity', (event) => events.push(event))
  return events
}
const historyOf = () =>
  world.tx.select(
    'SELECT tenant_id, HEX(aggregateid) AS lead, sequence, HEX(id) AS id, type, actor, occurred_at, recorded_at, payload FROM lead_events ORDER BY tenant_id, aggregateid, sequence',
  )
async function done(replayId: string): Promise<ReplayBody> {
  const { body } = await eventually(
    'the replay',
    () => admin.get<ReplayBody>(`/v1/replays/${replayId}`),
    (answer) => answer.body.state !== 'running',
  )
  await settled()
  return body
}
const span = (from: Date, to: Date) => ({ from: from.toISOString(), to: to.toISOString() })

describe('a replay', () => {
  it('of a time publishes the same events again, those of a lead in order, and changes nothing else', async () => {
    await newLeads(30)
    await newLeads(5, 'other')
    await settled()
    const before = await activity()
    const history = await historyOf()
    // `work` records everything at one time of 2026-10-02.
    const range = span(new Date(Date.UTC(2026, 9, 2)), new Date(Date.UTC(2026, 9, 2, 0, 0, 1)))
    expect((await admin.send<{ events: number }>('POST', '/v1/replays/preview', { range })).body).toEqual({ events: 90 })
    const started = await admin.send<ReplayBody>('POST', '/v1/replays', { range, reason: 'a reader lost them' })
    expect(started).toMatchObject({ status: 202, body: { state: 'running', reason: 'a reader lost them', author: admin.principal.actor } })
    expect(await done(started.body.replayId)).toMatchObject({ state: 'done', published: 90 })
    const again = (await activity()).slice(0)
    const repeats = new Map<string, number>()
    for (const { event_id } of again) repeats.set(event_id, (repeats.get(event_id) ?? 0) + 1)
    expect(again.length).toBe(before.length + 90)
    for (const { event_id, tenant } of before) expect(repeats.get(event_id)).toBe(tenant === 'demo' ? 2 : 1)
    const byLead = new Map<string, number[]>()
    for (const { tenant, lead_id, sequence } of again)
      if (tenant === 'demo') byLead.set(lead_id, [...(byLead.get(lead_id) ?? []), sequence])
    for (const sequences of byLead.values()) expect(sequences).toEqual([1, 2, 3, 1, 2, 3])
    expect(await historyOf()).toEqual(history)
    expect(await brokenInvariants(world)).toEqual({})
  })

  it('mails nobody, not even those who get the mails now', async () => {
    await world.start('lead-mailer')
    const read = () =>
      eventually(
        'all read by the mailer',
        async () => {
          const ends = await withAdmin(world.kafka, silent, (kafka) => kafka.partitionEnds(world.topic('lead.activity')))
          const [row] = await world.tx.select<{ next: string | null }>(
            "SELECT SUM(next_offset) AS next FROM consumer_cursor WHERE topic LIKE '%lead.activity'",
          )
          return ends.reduce((sum, { high }) => sum + high, 0) - Number(row?.next ?? 0)
        },
        (left) => left === 0,
      )
    await read()
    const mails = await world.count('mails')
    expect(mails).toBeGreaterThan(100)
    await setTenant(world.tx, 'demo', { mailTo: 'new-team@demo.example' })
    const range = span(new Date(0), new Date())
    const { body } = await admin.send<ReplayBody>('POST', '/v1/replays', { range, reason: 'a reader lost them' })
    expect(await done(body.replayId)).toMatchObject({ published: 90 })
    await read()
    expect(await world.count('mails')).toBe(mails)
  })

  it('of a time takes in nothing of another time', async () => {
    const range = span(new Date(Date.UTC(2026, 9, 2, 0, 0, 1)), new Date(Date.UTC(2026, 9, 3)))
    expect((await admin.send<{ events: number }>('POST', '/v1/replays/preview', { range })).body).toEqual({ events: 0 })
    const { body } = await admin.send<ReplayBody>('POST', '/v1/replays', { range, reason: 'nothing' })
    expect(await done(body.replayId)).toMatchObject({ state: 'done', published: 0 })
  })

  it('of a range of one lead publishes exactly that', async () => {
    const [row] = await world.tx.select<{ lead_id: Buffer }>(
      'SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? ORDER BY leads.lead_id LIMIT 1',
      [admin.principal.tenantId],
    )
    const leadId = uuidOf(row?.lead_id ?? Buffer.alloc(16))
    const before = (await activity()).length
    const { body } = await admin.send<ReplayBody>('POST', '/v1/replays', {
      range: { leadId, fromSequence: 2, toSequence: 3 },
      reason: 'one',
    })
    expect(await done(body.replayId)).toMatchObject({ state: 'done', published: 2 })
    expect((await activity()).length).toBe(before + 2)
  })

  it('is held back while the relay has enough to do, and goes on then', async () => {
    // More rows than one step looks at, in several leads.
    await newLeads(900)
    await settled()
    const range = span(new Date(Date.UTC(2026, 9, 2)), new Date(Date.UTC(2026, 9, 2, 0, 0, 1)))
    const { body } = await admin.send<ReplayBody>('POST', '/v1/replays', { range, reason: 'many' })
    expect(await admin.send<ReplayBody>('POST', '/v1/replays', { range, reason: 'another' })).toMatchObject({
      status: 409,
      body: { code: 'replay-running' },
    })
    let most = 0
    await eventually(
      'done',
      async () => {
        most = Math.max(most, await world.count('lead_events', 'pending_shard IS NOT NULL'))
        return (await admin.get<ReplayBody>(`/v1/replays/${body.replayId}`)).body
      },
      (replay) => replay.state === 'done',
    )
    expect(most).toBeLessThanOrEqual(4_000)
    expect(await done(body.replayId)).toMatchObject({ published: 2_790 })
  })

  it('is no matter of another tenant, of agents, or of leads that the plan hides', async () => {
    const { body } = await admin.get<{ replays: ReplayBody[] }>('/v1/replays')
    const one = body.replays[0]?.replayId ?? ''
    const other = await api.as('owner', 'other')
    expect((await other.get<{ replays: unknown[] }>('/v1/replays')).body.replays).toEqual([])
    expect(await other.get(`/v1/replays/${one}`)).toMatchObject({ status: 404, body: { code: 'replay-not-found' } })
    expect(await other.send('DELETE', `/v1/replays/${one}`)).toMatchObject({ status: 404, body: { code: 'replay-not-found' } })
    const agent = await api.as('agent')
    expect((await agent.send('POST', '/v1/replays', { range: span(new Date(0), new Date()), reason: 'x' })).status).toBe(403)
    expect((await agent.get('/v1/replays')).status).toBe(403)

    await newLeads(6, 'free')
    await settled()
    const owner = await api.as('owner', 'free')
    const range = span(new Date(0), new Date())
    expect((await owner.send('POST', '/v1/replays/preview', { range })).body).toEqual({ events: 15 })
    const [sixth] = await world.tx.select<{ lead_id: Buffer }>(
      'SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? ORDER BY leads.lead_id LIMIT 1',
      [owner.principal.tenantId],
    )
    const hidden = { leadId: uuidOf(sixth?.lead_id ?? Buffer.alloc(16)), fromSequence: 1, toSequence: 9 }
    for (const path of ['/v1/replays/preview', '/v1/replays'])
      expect(await owner.send('POST', path, { range: hidden, ...(path.endsWith('s') ? { reason: 'x' } : {}) })).toMatchObject({
        status: 404,
        body: { code: 'lead-not-found' },
      })
    const before = (await activity()).length
    const started = await owner.send<ReplayBody>('POST', '/v1/replays', { range, reason: 'all' })
    await eventually(
      'done',
      () => owner.get<ReplayBody>(`/v1/replays/${started.body.replayId}`),
      (answer) => answer.body.state === 'done',
    )
    await settled()
    expect((await activity()).length).toBe(before + 15)
  })

  it('is refused with a reason when its range is none', async () => {
    for (const range of [
      span(new Date(1), new Date(0)),
      { from: 'yesterday', to: 'today' },
      { leadId: '0', fromSequence: 1, toSequence: 2 },
      { leadId: '00000000-0000-7000-8000-000000000000', fromSequence: 3, toSequence: 2 },
      {},
    ])
      expect(await admin.send('POST', '/v1/replays', { range, reason: 'x' })).toMatchObject({
        status: 400,
        body: { code: 'request-invalid' },
      })
  })
})
