import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createStreams, type Streams } from '../../../../services/api/stream/create-streams.ts'
import { tailActivity } from '../../../../services/api/stream/tail-activity.ts'
import { replayStep } from '../../../../services/leads/replay-outbox.ts'
import { setTenant } from '../../../../services/leads/tenants.ts'
import type { Part } from '../../../../services/platform/lifecycle.ts'
import { startApi, streamParts, type Client, type RunningApi } from '../../../support/api.ts'
import { openStream, type EventStream } from '../../../support/event-stream.ts'
import { form } from '../../../support/events.ts'
import { work } from '../../../support/work.ts'
import { createWorld, eventually, silent, type World } from '../../../support/world.ts'

let world: World
let streams: Streams
let tail: Part
let api: RunningApi
const opened: EventStream[] = []

beforeAll(async () => {
  world = await createWorld(['demo', 'other', 'free'], 3)
  await setTenant(world.tx, 'free', { plan: 'free' })
  streams = createStreams(streamParts(world), { heartbeatMs: 300, checkMs: 300, mostEvents: 400, stalledMs: 60_000 })
  tail = tailActivity({ ...world.kafka, KAFKA_SESSION_TIMEOUT_MS: 10_000 }, world.registry, streams, silent)
  api = await startApi(world, { streams: streams.connections })
  await world.start('status-relay')
  await tail.start?.()
})
afterAll(async () => {
  for (const stream of opened) stream.close()
  await api.close()
  await tail.stop?.()
  await world.close()
})

const viewer = (tenant = 'demo') => api.as('viewer', tenant)
async function listen(client: Client, lastEventId?: string): Promise<EventStream> {
  const stream = await openStream(`${api.url}/v1/stream`, {
    authorization: client.authorization,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  })
  opened.push(stream)
  await eventually(
    'the first event',
    async () => stream.events.length,
    (count) => count > 0 || stream.status !== 200,
  )
  return stream
}

let people = 0
/** New leads of `tenant`, each of a person of its own. */
async function newLeads(count: number, tenant = 'demo'): Promise<void> {
  await work(
    world,
    'chat.form-submitted',
    Array.from({ length: count }, () =>
      form({ tenant, visitor: { visitor_id: `p-${++people}`, name: 'Bea Lima', email: `p${people}@example.com` } }),
    ),
  )
}
/** Whether everything that happened is published and read by this process. */
const settled = () =>
  eventually(
    'all read',
    async () => ({ pending: await world.count('lead_events', 'pending_shard IS NOT NULL'), all: await world.count('lead_events') }),
    ({ pending, all }) => pending === 0 && streams.buffer.lastNumber() >= all,
  )
const leadsIn = (stream: EventStream) => stream.events.filter(({ event }) => event === 'lead')
const placesOf = (events: { data: Record<string, unknown> }[]) =>
  events.map(({ data }) => `${String(data['leadId'])}/${String(data['sequence'])}`)

describe('a stream', () => {
  it('tells of a new lead as soon as it is there, without anything personal', async () => {
    const stream = await listen(await viewer())
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers['cache-control']).toContain('no-transform')
    expect(stream.events[0]).toMatchObject({ event: 'ready' })
    await newLeads(1)
    await eventually(
      'the lead',
      async () => leadsIn(stream).length,
      (count) => count > 0,
    )
    expect(leadsIn(stream)[0]?.data).toEqual({
      leadId: expect.any(String),
      sequence: 1,
      kind: 'opened',
      actorKind: 'system',
      status: 'new',
      active: true,
      score: 0,
      tags: ['agent_request'],
      assignee: null,
      occurredAt: expect.any(String),
    })
    expect(JSON.stringify(stream.events)).not.toMatch(/Bea|example\.com/)
  })

  it('goes on where a reader was when it comes back with the id of its last event, in the header or the address', async () => {
    const client = await viewer()
    const stream = await listen(client)
    await newLeads(20)
    await eventually(
      '20 leads',
      async () => leadsIn(stream).length,
      (count) => count === 20,
    )
    const seen = leadsIn(stream).slice(0, 7)
    stream.close()
    await newLeads(10)
    await settled()
    const again = await listen(client, seen.at(-1)?.id)
    await eventually(
      'the rest',
      async () => leadsIn(again).length,
      (count) => count >= 23,
    )
    expect(again.events[0]?.event).toBe('ready')
    const all = placesOf([...seen, ...leadsIn(again)])
    expect(new Set(all).size).toBe(30)
    expect(all).toHaveLength(30)

    const byAddress = await openStream(`${api.url}/v1/stream?lastEventId=${again.lastId()}`, { authorization: client.authorization })
    opened.push(byAddress)
    await newLeads(1)
    await eventually(
      'one',
      async () => leadsIn(byAddress).length,
      (count) => count === 1,
    )
    expect(byAddress.events[0]?.event).toBe('ready')
  })

  it('begins with `reset` when what came since is gone, and when the id is of another tenant or none', async () => {
    const client = await viewer()
    const stream = await listen(client)
    const id = stream.lastId()
    stream.close()
    await newLeads(450)
    await settled()
    for (const [lastId, who] of [
      [id, client],
      ['nonsense', client],
      ['', client],
      [(await listen(client)).lastId(), await viewer('other')],
    ] as const) {
      const again = await listen(who, lastId)
      expect(again.events[0]?.event).toBe(lastId === '' ? 'ready' : 'reset')
      again.close()
    }
  })

  it('says nothing of other tenants', async () => {
    const [mine, others] = [await listen(await viewer()), await listen(await viewer('other'))]
    await newLeads(5, 'other')
    await newLeads(3)
    await eventually(
      'all',
      async () => leadsIn(mine).length + leadsIn(others).length,
      (count) => count === 8,
    )
    expect(leadsIn(others)).toHaveLength(5)
    expect(leadsIn(mine)).toHaveLength(3)
  })

  it('on a limited plan tells of the newest five leads only, and of the sixth newest nothing any more', async () => {
    await newLeads(6, 'free')
    await settled()
    const client = await viewer('free')
    const stream = await listen(client)
    const ids = (
      await world.tx.select<{ lead_id: Buffer }>(
        'SELECT leads.lead_id FROM leads JOIN tenants ON tenants.tenant_id = leads.tenant_id WHERE tenants.slug = ? ORDER BY leads.lead_id',
        ['free'],
      )
    ).map(({ lead_id }) => lead_id.toString('hex'))
    // Something happens to each of the six; then a new lead pushes the next one out, and something happens to all of them again.
    const touchAll = () =>
      work(
        world,
        'chat.form-submitted',
        Array.from({ length: 6 }, (_, index) => form({ tenant: 'free', visitor: { visitor_id: `p-${people - 5 + index}` } })),
      )
    await touchAll()
    await settled()
    await eventually(
      'five',
      async () => leadsIn(stream).length,
      (count) => count === 5,
    )
    const shown = new Set(leadsIn(stream).map(({ data }) => String(data['leadId']).replaceAll('-', '')))
    expect([...shown].sort()).toEqual(ids.slice(1))
    // Nor does a reader learn of it who comes back, or one who was there before.
    const again = await listen(client, stream.events[0]?.id)
    await newLeads(1, 'free')
    await settled()
    await eventually(
      'the newest',
      async () => leadsIn(again).length,
      (count) => count >= 5,
    )
    expect(leadsIn(again).every(({ data }) => String(data['leadId']).replaceAll('-', '') !== ids[0])).toBe(true)
    const late = await listen(client, stream.events[0]?.id)
    await newLeads(1, 'free')
    await settled()
    await eventually(
      'the newest',
      async () => leadsIn(late).length,
      (count) => count >= 5,
    )
    expect(leadsIn(late).map(({ data }) => String(data['leadId']).replaceAll('-', ''))).not.toContain(ids[1])
  })

  it('shows that it lives, and needs no reset after a quiet time in which others were busy', async () => {
    const client = await viewer('other')
    const stream = await listen(client)
    const before = stream.comments()
    await newLeads(420)
    await settled()
    const passed = stream.comments()
    await eventually(
      'heartbeats',
      async () => stream.comments(),
      (count) => count > Math.max(before, passed) + 1,
    )
    const id = stream.lastId()
    stream.close()
    expect((await listen(client, id)).events[0]?.event).toBe('ready')
  })

  it('is cut once its credential is over, and needs the scope', async () => {
    const principals = new Map<string, boolean>([['ok', true]])
    const client = await viewer()
    const own = createStreams(streamParts(world), { checkMs: 100 })
    own.connections.start()
    const other = await startApi(world, {
      streams: own.connections,
      identify: async ({ authorization }) => (principals.get(authorization ?? '') === true ? client.principal : undefined),
    })
    const stream = await openStream(`${other.url}/v1/stream`, { authorization: 'ok' })
    expect(stream.status).toBe(200)
    principals.set('ok', false)
    await eventually(
      'cut',
      async () => stream.isOver(),
      (isOver) => isOver,
    )
    expect((await openStream(`${other.url}/v1/stream`, { authorization: 'ok' })).status).toBe(401)
    await other.close()
  })

  it('is not opened more often than a principal may', async () => {
    const client = await viewer()
    const mine: EventStream[] = []
    for (let number = 0; number < 12; number++) mine.push(await listen(client))
    expect(await client.get('/v1/stream')).toMatchObject({ status: 429, body: { code: 'too-many-streams' } })
    for (const stream of mine) stream.close()
    await eventually(
      'one place',
      async () => (await listen(client)).status,
      (status) => status === 200,
    )
  })

  it('does not keep what a reader does not take: it is cut when the buffer has moved on, and begins with `reset`', async () => {
    const client = await viewer()
    const stream = await listen(client)
    const before = streams.connections.size()
    stream.pause()
    const id = stream.lastId()
    const heap = process.memoryUsage().arrayBuffers
    // Far more than sockets and buffers of both sides hold, as if the relay had brought it.
    const [tenant, leadId] = ['demo', Buffer.alloc(16, 0xff)]
    for (let offset = 1_000_000; offset < 1_030_000; offset++) {
      streams.buffer.append({ partition: 0, offset, tenant, leadId, text: `event: lead\ndata: {"filler":"${'x'.repeat(1_000)}"}\n` })
      if (offset % 100 === 0) await streams.connections.deliver(tenant)
    }
    expect(process.memoryUsage().arrayBuffers - heap).toBeLessThan(32 * 1024 * 1024)
    await eventually(
      'cut',
      async () => streams.connections.size(),
      (size) => size < before,
    )
    stream.resume()
    await eventually(
      'over',
      async () => stream.isOver(),
      (isOver) => isOver,
    )
    expect((await listen(client, id)).events[0]?.event).toBe('reset')
  })
})

it('what is published again does not come to listeners again', async () => {
  const client = await viewer()
  await newLeads(5)
  await settled()
  const stream = await listen(client)
  const range = { from: 0, to: Date.now() }
  const { marked } = await replayStep(world.tx, client.principal.tenantId, range, { leadId: Buffer.alloc(16), sequence: 0 })
  expect(marked).toBeGreaterThan(5)
  await settled()
  await newLeads(1)
  await eventually(
    'the new one',
    async () => leadsIn(stream).length,
    (count) => count > 0,
  )
  expect(leadsIn(stream)).toHaveLength(1)
})
