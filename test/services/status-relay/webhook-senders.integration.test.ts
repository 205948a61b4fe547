import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createOutboundDoor } from '../../../services/platform/http/outbound-post.ts'
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

const sequencesOf = (received: { event: { data: Record<string, unknown> } }[], visitor: string) =>
  received.filter(({ event }) => event.data['visitorId'] === visitor).map(({ event }) => event.data['sequence'])

describe('senders', () => {
  it('of several processes send each event once, and never more than five at once to one endpoint', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    const visitors: string[] = []
    for (let leads = 0; leads < 10; leads++) visitors.push(await desk.submit())
    for (const visitor of visitors) for (let more = 0; more < 4; more++) await desk.submit(visitor)
    await desk.relay()
    await Promise.all([1, 2, 3].map(() => desk.deliver()))
    await desk.deliver()
    expect(receiver.received).toHaveLength(50)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(50)
    expect(receiver.mostOpen()).toBeLessThanOrEqual(5)
    for (const visitor of visitors) expect(sequencesOf(receiver.received, visitor)).toEqual([1, 2, 3, 4, 5])
  })

  it('find what can be sent behind many events of a lead that waits for its next try', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    const waiting = await desk.submit()
    for (let more = 0; more < 60; more++) await desk.submit(waiting)
    await desk.relay()
    receiver.reactWith(({ event }) => ({ status: event.data['visitorId'] === waiting ? 500 : 200 }))
    await desk.deliver()
    const other = await desk.submit()
    await desk.relay()
    await desk.deliver()
    await desk.deliver()
    expect(sequencesOf(receiver.received, other)).toEqual([1])
    expect(sequencesOf(receiver.received, waiting)).toEqual([1])
  })

  it('that die leave their deliveries to the next, which sends them with the same id', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    receiver.reactWith(() => 'hang')
    const dying = desk.senderWith(desk.doorFor(30_000), 10_000)
    await dying.turn()
    await eventually(
      'the first request',
      async () => receiver.received.length,
      (received) => received === 1,
    )
    await desk.deliver()
    expect(receiver.received).toHaveLength(1)
    desk.pass(10_000)
    receiver.reactWith(() => ({ status: 200 }))
    await desk.deliver()
    expect(receiver.received).toHaveLength(2)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(await desk.deliveries()).toEqual([expect.objectContaining({ state: 'delivered', attempts: 2 })])
    await receiver.stop()
    await dying.settled()
    expect(await desk.deliveries()).toEqual([expect.objectContaining({ state: 'delivered', attempts: 2 })])
  })

  it('that stop interrupt what hangs and give it back at once; the try does not count', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    receiver.reactWith(() => 'hang')
    const stopping = desk.senderWith(desk.doorFor(60_000))
    await stopping.turn()
    await eventually(
      'the first request',
      async () => receiver.received.length,
      (received) => received === 1,
    )
    await stopping.finish()
    expect(await desk.deliveries()).toEqual([
      expect.objectContaining({ state: 'queued', attempts: 1, tries: 0, due_at: desk.clock().getTime(), last_error: 'interrupted' }),
    ])
  })
})

describe('a private address', () => {
  it.each([
    ['by its number', () => '127.0.0.1'],
    ['by a name that pointed elsewhere when it was entered', () => 'rebound.example'],
    ['in IPv6', () => '[::1]'],
    ['as a mapped IPv4 address', () => '[::ffff:127.0.0.1]'],
  ])('is not connected to %s', async (_, host) => {
    const receiver = await desk.receiver()
    await desk.subscribe(`http://${host()}:${receiver.port}/`)
    await desk.submit()
    await desk.relay()
    const door = createOutboundDoor({ allowPrivate: false }, 2_000, async () => [{ address: '127.0.0.1', family: 4 }])
    await desk.deliver(desk.senderWith(door))
    await door.stop()
    expect(receiver.received).toEqual([])
    expect(await desk.deliveries()).toEqual([expect.objectContaining({ state: 'queued', last_error: 'address-refused' })])
  })

  it('is not followed to by a redirect, whoever allows what', async () => {
    const [outside, inside] = [await desk.receiver(), await desk.receiver()]
    outside.reactWith(() => ({ status: 302, headers: { location: inside.url } }))
    await desk.subscribe(outside.url)
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    expect(inside.received).toEqual([])
  })
})
