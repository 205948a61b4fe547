import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { z } from 'zod'
import type { deadLetterDetailShape, deadLetterShape } from '../../../services/api/shapes/dead-letter.ts'
import { findTenants } from '../../../services/leads/tenants.ts'
import { parkDeadLetters } from '../../../services/platform/worker/dead-letter.ts'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { form } from '../../support/events.ts'
import { createWorld, eventually, type World } from '../../support/world.ts'

type Letter = z.output<typeof deadLetterShape>
type Detail = z.output<typeof deadLetterDetailShape>
type List = { deadLetters: Letter[]; total: number; next: string | null }

const topic = 'chat.form-submitted'
let world: World
let api: RunningApi
let admin: Client
beforeAll(async () => {
  world = await createWorld(['demo', 'other'], 1)
  api = await startApi(world)
  admin = await api.as('admin')
  await world.start('chat-form-intake')
})
afterAll(async () => {
  await api.close()
  await world.close()
})

let offset = 1_000
/** Parks an event of `tenant` (none for an unknown one) as its worker does; answers the visitor in it. */
async function park(
  tenant: string | undefined,
  code: 'contract-broken' | 'unknown-failure' | 'malformed-avro' = 'unknown-failure',
): Promise<string> {
  const visitor = `parked-${++offset}`
  const event = form({
    tenant: tenant ?? 'nobody',
    message: 'my card is 4111',
    visitor: { visitor_id: visitor, name: 'Bea Lima', email: 'bea@example.com' },
  })
  const tenantId = tenant === undefined ? 0 : ((await findTenants(world.tx, [tenant])).get(tenant)?.tenantId ?? 0)
  const record = {
    offset,
    timestamp: Date.UTC(2026, 9, 3) + offset,
    key: Buffer.from('demo:bea@example.com'),
    value: await world.encode(topic, event),
    headers: { trace: Buffer.from('0123456789') },
  }
  const rejection = { outcome: 'rejected' as const, code, reason: 'For a test.', tenantId }
  await parkDeadLetters(
    world.tx,
    [{ worker: 'chat-form-intake', topic: world.topic(topic), partition: 0, record, rejection }],
    new Date(Date.UTC(2026, 9, 4) + offset),
  )
  return visitor
}
const list = async (query = '', client = admin) => (await client.get<List>(`/v1/dead-letters${query}`)).body
const newest = async () => (await list('?limit=1')).deadLetters[0]?.deadLetterId ?? ''
const audit = () =>
  world.tx.select<{ action: string; actor: string; target: string }>('SELECT action, actor, target FROM audit_log ORDER BY entry_id')
const leadOf = (visitor: string) =>
  eventually(
    'the lead',
    () => world.count('leads', `visitor_id = '${visitor}'`),
    (leads) => leads === 1,
  )

describe('the list of dead letters', () => {
  it('is newest first, in pages without holes or repeats, filtered, and of the own tenant only', async () => {
    for (let count = 0; count < 7; count++) await park('demo', count % 2 === 0 ? 'contract-broken' : 'malformed-avro')
    await park('other')
    await park(undefined)
    const seen: Letter[] = []
    for (let next: string | null = ''; next !== null;) {
      const page: List = await list(`?limit=3${next === '' ? '' : `&after=${next}`}`)
      expect(page.total).toBe(7)
      seen.push(...page.deadLetters)
      next = page.next
    }
    expect(seen).toHaveLength(7)
    expect(new Set(seen.map(({ deadLetterId }) => deadLetterId)).size).toBe(7)
    expect(seen.map(({ parkedAt }) => parkedAt)).toEqual(
      seen
        .map(({ parkedAt }) => parkedAt)
        .sort()
        .reverse(),
    )
    expect((await list('?code=malformed-avro')).total).toBe(3)
    expect((await list('?worker=order-intake')).total).toBe(0)
    expect((await list('?state=dropped')).total).toBe(0)
    const { recordAt = '' } = seen[3] ?? {}
    expect((await list(`?from=${recordAt}`)).total).toBe(4)
    expect((await list(`?to=${recordAt}`)).total).toBe(3)
    expect((await list('', await api.as('owner', 'other'))).total).toBe(1)
  })

  it('and everything behind it need their scopes', async () => {
    const agent = await api.as('agent')
    const id = await newest()
    expect((await agent.get('/v1/dead-letters')).status).toBe(403)
    for (const path of [`/v1/dead-letters/${id}/replay`, `/v1/dead-letters/${id}/drop`, '/v1/dead-letters/replay'])
      expect((await agent.send('POST', path, { reason: 'x' })).status).toBe(403)
  })
})

describe('a dead letter', () => {
  it('is shown masked; revealing it stands in the audit log', async () => {
    const visitor = await park('demo')
    const id = await newest()
    const masked = await admin.get<Detail>(`/v1/dead-letters/${id}`)
    expect(masked.body).toMatchObject({
      isRevealed: false,
      bytes: null,
      code: 'unknown-failure',
      event: { tenant: 'demo', form: 'AGENT_REQUEST' },
    })
    expect(JSON.stringify(masked.body)).not.toMatch(/Bea|Lima|example\.com|4111|0123456789/)
    expect(JSON.stringify(masked.body)).not.toContain(visitor)
    expect((await audit()).filter(({ target }) => target.endsWith(id))).toEqual([])
    const revealed = await admin.get<Detail>(`/v1/dead-letters/${id}?reveal=true`)
    expect(revealed.body).toMatchObject({
      isRevealed: true,
      key: 'demo:bea@example.com',
      headers: { trace: '0123456789' },
      event: { visitor: { name: 'Bea Lima' } },
    })
    expect(Buffer.from(revealed.body.bytes ?? '', 'base64')).toHaveLength(revealed.body.valueBytes)
    expect(await audit()).toContainEqual({ action: 'dead-letter.revealed', actor: admin.principal.actor, target: `dead-letter:${id}` })
  })

  it('that cannot be decoded is shown without its event', async () => {
    await park('demo', 'malformed-avro')
    expect((await admin.get<Detail>(`/v1/dead-letters/${await newest()}`)).body.event).toBeNull()
  })

  it('of another tenant or of none is not there, for nothing', async () => {
    await park('other')
    await park(undefined)
    const rows = await world.tx.select<{ id: string }>(
      "SELECT LOWER(HEX(dead_letter_id)) AS id FROM dead_letters WHERE tenant_id <> ? AND state = 'parked'",
      [admin.principal.tenantId],
    )
    expect(rows.length).toBeGreaterThan(1)
    for (const { id } of rows) {
      const path = `/v1/dead-letters/${id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`
      for (const answer of [
        await admin.get(path),
        await admin.get(`${path}?reveal=true`),
        await admin.send('POST', `${path}/replay`),
        await admin.send('POST', `${path}/drop`, { reason: 'x' }),
      ])
        expect(answer).toMatchObject({ status: 404, body: { code: 'dead-letter-not-found' } })
    }
    expect(await world.count('dead_letters', `tenant_id <> ${admin.principal.tenantId} AND state <> 'parked'`)).toBe(0)
  })

  it('becomes a lead when it is replayed, and replaying counts once', async () => {
    const visitor = await park('demo')
    const id = await newest()
    const replayed = await admin.send<Letter>('POST', `/v1/dead-letters/${id}/replay`, undefined, { 'idempotency-key': 'once' })
    expect(replayed).toMatchObject({ status: 200, body: { state: 'replayed', settledBy: admin.principal.actor } })
    await leadOf(visitor)
    expect(await admin.send('POST', `/v1/dead-letters/${id}/replay`, undefined, { 'idempotency-key': 'once' })).toMatchObject({
      status: 200,
    })
    expect(await admin.send('POST', `/v1/dead-letters/${id}/replay`)).toMatchObject({ status: 409, body: { code: 'dead-letter-settled' } })
    expect(await admin.get(`/v1/dead-letters/${id}`)).toMatchObject({ body: { state: 'replayed', replayedAt: expect.any(String) } })
    expect((await audit()).filter(({ action, target }) => action === 'dead-letter.replayed' && target.endsWith(id))).toHaveLength(1)
  })

  it('is dropped with a reason, and stays on record', async () => {
    await park('demo')
    const id = await newest()
    expect(await admin.send('POST', `/v1/dead-letters/${id}/drop`, {})).toMatchObject({ status: 400 })
    expect(await admin.send('POST', `/v1/dead-letters/${id}/drop`, { reason: 'a test of the shop' })).toMatchObject({
      status: 200,
      body: { state: 'dropped', settledReason: 'a test of the shop', settledBy: admin.principal.actor },
    })
    expect(await admin.send('POST', `/v1/dead-letters/${id}/replay`)).toMatchObject({ status: 409 })
    expect(await admin.get(`/v1/dead-letters/${id}`)).toMatchObject({ body: { state: 'dropped', settledReason: 'a test of the shop' } })
  })
})

describe('a replay by filter', () => {
  it('says how many it would be, takes as many as it may, and none of another tenant', async () => {
    await world.tx.execute("DELETE FROM dead_letters WHERE state = 'parked'")
    const visitors: string[] = []
    for (let count = 0; count < 5; count++) visitors.push(await park('demo'))
    const others = await park('other')
    const replay = (body: object) => admin.send<{ matching: number; replayed: number }>('POST', '/v1/dead-letters/replay', body)
    expect((await replay({ dryRun: true })).body).toEqual({ matching: 5, replayed: 0 })
    expect((await replay({ code: 'contract-broken' })).body).toEqual({ matching: 0, replayed: 0 })
    expect((await replay({ limit: 2 })).body).toEqual({ matching: 5, replayed: 2 })
    expect((await replay({ code: 'unknown-failure' })).body).toEqual({ matching: 3, replayed: 3 })
    for (const visitor of visitors) await leadOf(visitor)
    expect(await world.count('leads', `visitor_id = '${others}'`)).toBe(0)
    expect(await world.count('dead_letters', "state = 'parked'")).toBe(1)
  })

  it('that Kafka does not take leaves everything parked', async () => {
    await park('demo')
    const away = await startApi(world, { produce: async () => Promise.reject(Object.assign(new Error('away'), { code: 'x' })) })
    const client = await away.as('admin')
    expect((await client.send('POST', '/v1/dead-letters/replay', {})).status).toBe(500)
    expect((await client.get<List>('/v1/dead-letters')).body.total).toBe(1)
    await away.close()
  })
})
