import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { leadEventShape } from '../../../services/api/shapes/webhook-event.ts'
import { changeLeads } from '../../../services/leads/change-leads.ts'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { queueTestDelivery } from '../../../services/leads/webhook-deliveries.ts'
import { listDeliveries, readDelivery } from '../../../services/leads/webhook-log.ts'
import { readWebhook, rotateSecret } from '../../../services/leads/webhooks.ts'
import { withTransaction } from '../../../services/platform/mysql/transaction.ts'
import { verifyStandardWebhook } from '../../support/standard-webhooks.ts'
import { openWebhookDesk, type WebhookDesk } from '../../support/webhook-desk.ts'
import { createWorld, eventually, type World } from '../../support/world.ts'

let world: World
let desk: WebhookDesk
beforeAll(async () => {
  world = await createWorld(['demo', 'other'], 1)
})
afterAll(() => world.close())
beforeEach(() => {
  desk = openWebhookDesk(world)
})
afterEach(async () => {
  await desk.relay()
  await desk.close()
  for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhooks']) await world.tx.execute(`DELETE FROM ${table}`)
})

const minuteMs = 60_000
const leadOf = async (visitor: string) => {
  const [row] = await world.tx.select<{ lead_id: Buffer }>('SELECT lead_id FROM leads WHERE visitor_id = ?', [visitor])
  return row?.lead_id as Buffer
}
const sequencesOf = (received: { event: { data: Record<string, unknown> } }[], visitor: string) =>
  received.filter(({ event }) => event.data['visitorId'] === visitor).map(({ event }) => event.data['sequence'])

describe('an event of a lead', () => {
  it('reaches each subscription that wants it once, signed, with what Kafka is told and no more', async () => {
    const [all, opened, moves] = [await desk.receiver(), await desk.receiver(), await desk.receiver()]
    const { secret, tenant } = await desk.subscribe(all.url, ['*'])
    await desk.subscribe(opened.url, ['lead.opened'])
    await desk.subscribe(moves.url, ['lead.status_changed', 'lead.assigned'])
    const visitor = await desk.submit()
    const leadId = await leadOf(visitor)
    await withTransaction(world.db, 10_000, (tx) =>
      changeLeads(tx, tenant, 'user:7', [leadId], { change: 'status', to: 'closed', reason: 'spam' }, desk.clock()),
    )
    await desk.relay()
    await desk.deliver()

    expect(all.received.map(({ event }) => event.type)).toEqual(['lead.opened', 'lead.status_changed'])
    expect(opened.received.map(({ event }) => event.type)).toEqual(['lead.opened'])
    expect(moves.received.map(({ event }) => event.type)).toEqual(['lead.status_changed'])
    const [first, second] = all.received
    for (const { headers, body, event } of all.received) {
      expect(verifyStandardWebhook(headers, body, secret, desk.clock())).toBe('valid')
      expect(leadEventShape.parse(event)).toEqual(event)
    }
    expect(second?.event.data).toEqual({
      tenant: 'demo',
      leadId: uuidOf(leadId),
      sequence: 2,
      status: 'closed',
      previousStatus: 'new',
      final: true,
      score: expect.any(Number),
      tags: ['agent_request'],
      assignee: null,
      actorKind: 'user',
      reason: 'spam',
      submissionId: null,
      orderId: null,
      visitorId: visitor,
      conversationId: `talk-${visitor}`,
    })
    const [row] = await world.tx.select<{ id: Buffer }>('SELECT id FROM lead_events WHERE aggregateid = ? AND sequence = 1', [leadId])
    expect(first?.headers['webhook-id']).toBe(uuidOf(row?.id as Buffer))
    expect(opened.received[0]?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
  })

  it('is queued once, however often the relay publishes it', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    await world.tx.execute('UPDATE lead_events SET pending_shard = 0, published_at = NULL')
    await desk.relay()
    await desk.deliver()
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('that is published again, from long ago, does not go to a subscription that came later', async () => {
    await desk.submit()
    await desk.relay()
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    await world.tx.execute('UPDATE lead_events SET pending_shard = 0')
    expect(await desk.relay()).toBeGreaterThan(0)
    expect(await world.count('webhook_deliveries')).toBe(0)
  })

  it('never reaches a subscription of another tenant, and its log is not found there', async () => {
    const [ours, theirs] = [await desk.receiver(), await desk.receiver()]
    const demo = await desk.subscribe(ours.url)
    const other = await desk.subscribe(theirs.url, ['*'], 'other')
    await desk.submit()
    await desk.submit(undefined, 'other')
    await desk.relay()
    await desk.deliver()
    expect(ours.received.map(({ event }) => event.data['tenant'])).toEqual(['demo'])
    expect(theirs.received.map(({ event }) => event.data['tenant'])).toEqual(['other'])
    const [delivery] = await listDeliveries(world.tx, demo.tenant, demo.webhookId, {}, undefined, 25)
    const crossing = [
      () => listDeliveries(world.tx, other.tenant, demo.webhookId, {}, undefined, 25),
      () => readDelivery(world.tx, other.tenant, other.webhookId, delivery?.deliveryId as Buffer),
      () => readWebhook(world.tx, other.tenant.tenantId, demo.webhookId),
    ]
    for (const cross of crossing) await expect(cross()).rejects.toMatchObject({ code: expect.stringMatching(/-not-found$/) })
  })

  it('comes behind the events of its lead before it, also when one of them has to be tried again; other leads go on', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    const [slow, quick] = [await desk.submit(), await desk.submit()]
    for (let more = 0; more < 4; more++) for (const visitor of [slow, quick]) await desk.submit(visitor)
    await desk.relay()
    receiver.reactWith(({ event }) =>
      event.data['visitorId'] === slow && event.data['sequence'] === 2 ? { status: 500 } : { status: 200 },
    )
    await desk.deliver()
    expect(sequencesOf(receiver.received, slow)).toEqual([1, 2])
    expect(sequencesOf(receiver.received, quick)).toEqual([1, 2, 3, 4, 5])
    receiver.reactWith(() => ({ status: 200 }))
    await desk.deliver()
    expect(sequencesOf(receiver.received, slow)).toEqual([1, 2])
    desk.pass(5_000)
    await desk.deliver()
    expect(sequencesOf(receiver.received, slow)).toEqual([1, 2, 2, 3, 4, 5])
  })
})

describe('an endpoint', () => {
  it.each([
    ['answers 500', { status: 500, body: 'broken' }, 'status'],
    ['answers 404', { status: 404 }, 'status'],
    ['redirects', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, 'redirect'],
    ['does not answer in time', 'hang', 'timeout'],
    ['breaks the connection off', 'reset', 'connection-reset'],
    ['does not speak HTTP', 'garbage', 'not-http'],
  ] as const)('that %s gets the same bytes again, with the time of the new try', async (_, reaction, error) => {
    const receiver = await desk.receiver()
    const { secret } = await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    receiver.reactWith((_webhook, index) => (index === 0 ? reaction : { status: 200 }))
    await desk.deliver(desk.senderWith(desk.doorFor(300)))
    expect(await desk.deliveries()).toEqual([
      expect.objectContaining({ state: 'queued', attempts: 1, due_at: desk.clock().getTime() + 5_000, last_error: error }),
    ])
    desk.pass(5_000)
    await desk.deliver()
    expect(await desk.deliveries()).toEqual([expect.objectContaining({ state: 'delivered', attempts: 2, last_error: null })])
    const [first, second] = receiver.received
    expect(receiver.received).toHaveLength(2)
    expect([second?.body, second?.headers['webhook-id']]).toEqual([first?.body, first?.headers['webhook-id']])
    expect(Number(second?.headers['webhook-timestamp'])).toBe(Number(first?.headers['webhook-timestamp']) + 5)
    expect(verifyStandardWebhook(second?.headers ?? {}, second?.body ?? '', secret, desk.clock())).toBe('valid')
  })

  it('that is not there is tried again, and each try is in the log, with 500 characters of the answer at most', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe('http://127.0.0.1:1/hooks')
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    await world.tx.execute('UPDATE webhooks SET url = ?', [receiver.url])
    receiver.reactWith(() => ({ status: 503, headers: { 'retry-after': '120' }, body: `\u0000<b>${'x'.repeat(100_000)}` }))
    desk.pass(5_000)
    await desk.deliver()
    const [delivery] = await listDeliveries(world.tx, tenant, webhookId, {}, undefined, 25)
    const { tries, payload } = await readDelivery(world.tx, tenant, webhookId, delivery?.deliveryId as Buffer)
    expect(JSON.parse(payload)).toMatchObject({ type: 'lead.opened' })
    expect(tries).toMatchObject([
      { attempt: 1, status: null, error: 'connection-refused', response: null },
      { attempt: 2, status: 503, error: 'status', response: `<b>${'x'.repeat(497)}` },
    ])
    expect(delivery).toMatchObject({ state: 'queued', dueAt: desk.clock().getTime() + 120_000, lastStatus: 503 })
  })

  it('that answers and then trickles its body has taken the event', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    receiver.reactWith(() => ({ status: 200, headers: { 'content-length': '1000000' }, body: 'x' }))
    await desk.deliver(desk.senderWith(desk.doorFor(20_000)))
    expect(await desk.deliveries()).toEqual([expect.objectContaining({ state: 'delivered' })])
  })

  it('that hangs holds up no other, and is sent one at a time once it has failed', async () => {
    const [hanging, healthy] = [await desk.receiver(), await desk.receiver()]
    hanging.reactWith(() => 'hang')
    await desk.subscribe(hanging.url)
    await desk.subscribe(healthy.url)
    for (let leads = 0; leads < 12; leads++) await desk.submit()
    await desk.relay()
    const sender = desk.senderWith(desk.doorFor(30_000))
    await eventually(
      'healthy deliveries',
      async () => {
        await sender.turn()
        return healthy.received.length
      },
      (received) => received === 12,
    )
    expect(hanging.open()).toBe(5)
    expect(hanging.received).toHaveLength(5)
    await hanging.stop()
    await sender.settled()
    hanging.received.length = 0
    const next = await desk.receiver()
    next.reactWith(() => ({ status: 500 }))
    await world.tx.execute('UPDATE webhooks SET url = ?', [next.url])
    desk.pass(10_000)
    await desk.deliver()
    expect(next.mostOpen()).toBe(1)
  })

  it('that fails five times in a row is left alone for a while, and goes on from there', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    for (let leads = 0; leads < 8; leads++) await desk.submit()
    await desk.relay()
    receiver.reactWith(() => ({ status: 500 }))
    await desk.deliver()
    expect(receiver.received).toHaveLength(5)
    receiver.reactWith(() => ({ status: 200 }))
    await desk.deliver()
    expect(receiver.received).toHaveLength(5)
    desk.pass(5_000)
    await desk.deliver()
    expect((await desk.deliveries()).map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'delivered'))
  })

  it('that is left alone is asked at once when somebody sends a test event', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    for (let leads = 0; leads < 6; leads++) await desk.submit()
    await desk.relay()
    receiver.reactWith(() => ({ status: 500 }))
    await desk.deliver()
    receiver.reactWith(() => ({ status: 200 }))
    await queueTestDelivery(world.tx, tenant, webhookId, randomBytes(16), desk.clock())
    await desk.deliver()
    expect(receiver.received.map(({ event }) => event.type)).toContain('webhook.test')
  })

  it('that answers 410 is disabled at once, and nothing more goes there', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    receiver.reactWith(() => ({ status: 410 }))
    await desk.deliver()
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    expect(receiver.received).toHaveLength(1)
    expect(await readWebhook(world.tx, tenant.tenantId, webhookId)).toMatchObject({
      state: 'disabled',
      reason: 'gone',
      note: expect.stringContaining('410 Gone'),
    })
  })

  it('that takes nothing for three days is disabled; one success in between begins the days anew', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    const day = 24 * 60 * minuteMs
    receiver.reactWith(() => ({ status: 500 }))
    const failOnce = async () => {
      await desk.submit()
      await desk.relay()
      await desk.deliver()
    }
    await failOnce()
    desk.pass(2 * day)
    receiver.reactWith(() => ({ status: 200 }))
    await desk.deliver()
    receiver.reactWith(() => ({ status: 500 }))
    await failOnce()
    desk.pass(2 * day)
    await failOnce()
    expect(await readWebhook(world.tx, tenant.tenantId, webhookId)).toMatchObject({ state: 'enabled' })
    desk.pass(day)
    await failOnce()
    expect(await readWebhook(world.tx, tenant.tenantId, webhookId)).toMatchObject({ state: 'disabled', reason: 'failing' })
  })

  it('that takes one event never gets it ten times more, over three days, and then it is given up', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    const poisoned = await desk.submit()
    await desk.relay()
    receiver.reactWith(({ event }) => (event.data['visitorId'] === poisoned ? { status: 400 } : { status: 200 }))
    for (let hours = 0; hours < 90; hours++) {
      await desk.submit()
      await desk.relay()
      await desk.deliver()
      desk.pass(60 * minuteMs)
    }
    expect(sequencesOf(receiver.received, poisoned)).toHaveLength(11)
    expect((await desk.deliveries()).filter(({ state }) => state !== 'delivered')).toEqual([
      expect.objectContaining({ state: 'failed', attempts: 11, last_error: 'status', due_at: null }),
    ])
  })
})

describe('a secret that is replaced', () => {
  it('signs beside the new one until its time is over', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId, secret } = await desk.subscribe(receiver.url)
    const next = await withTransaction(world.db, 10_000, (tx) => rotateSecret(tx, tenant.tenantId, webhookId, 60 * minuteMs, desk.clock()))
    const send = async () => {
      await desk.submit()
      await desk.relay()
      await desk.deliver()
      const { headers, body } = receiver.received.at(-1) ?? { headers: {}, body: '' }
      return [secret, next].map((known) => verifyStandardWebhook(headers, body, known, desk.clock()))
    }
    expect(await send()).toEqual(['valid', 'valid'])
    desk.pass(60 * minuteMs)
    expect(await send()).toEqual(['no signature matches', 'valid'])
  })
})

describe('a test event', () => {
  it('goes to its subscription only, whatever types that asks for', async () => {
    const [receiver, other] = [await desk.receiver(), await desk.receiver()]
    const { tenant, webhookId } = await desk.subscribe(receiver.url, ['lead.assigned'])
    await desk.subscribe(other.url)
    await withTransaction(world.db, 10_000, (tx) => queueTestDelivery(tx, tenant, webhookId, randomBytes(16), desk.clock()))
    await desk.deliver()
    expect(receiver.received.map(({ event }) => event.type)).toEqual(['webhook.test'])
    expect(other.received).toEqual([])
  })
})
