import type { ChildProcess } from 'node:child_process'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { verifyStandardWebhook } from '../support/standard-webhooks.ts'
import { openWebhookDesk, type WebhookDesk } from '../support/webhook-desk.ts'
import type { ReceivedWebhook } from '../support/webhook-receiver.ts'
import { createWorld, ended, eventually, type World } from '../support/world.ts'

let world: World
let desk: WebhookDesk
const relays = new Set<ChildProcess>()
beforeAll(async () => {
  world = await createWorld(['demo'], 1)
  desk = openWebhookDesk(world, new Date())
})
afterAll(async () => {
  await desk.close()
  await world.close()
})
afterEach(async () => {
  await Promise.all([...relays].map((relay) => ended(relay, 'SIGKILL')))
  relays.clear()
  for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhooks']) await world.tx.execute(`DELETE FROM ${table}`)
})

// A delivery whose sender died is taken over after twice this and five seconds.
const settings = { WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_TIMEOUT_MS: '3000' }
async function startRelay(): Promise<ChildProcess> {
  const relay = await world.start('status-relay', settings)
  relays.add(relay)
  return relay
}
async function kill(relay: ChildProcess): Promise<void> {
  relays.delete(relay)
  await ended(relay, 'SIGKILL')
}
const idsOf = (received: ReceivedWebhook[]) => received.map(({ headers }) => String(headers['webhook-id']))

it('a webhook whose sender is killed between sending and marking comes again, with the same id and body', async () => {
  const receiver = await desk.receiver()
  const { secret } = await desk.subscribe(receiver.url)
  receiver.reactWith(() => 'hang')
  const relay = await startRelay()
  await desk.submit()
  await eventually(
    'the first request',
    async () => receiver.received.length,
    (received) => received > 0,
  )
  await kill(relay)
  receiver.reactWith(() => ({ status: 200 }))
  await startRelay()
  await eventually('the delivery', desk.deliveries, ([delivery]) => delivery?.state === 'delivered')
  expect(receiver.received).toHaveLength(2)
  const [first, second] = receiver.received
  expect([second?.body, second?.headers['webhook-id']]).toEqual([first?.body, first?.headers['webhook-id']])
  expect(verifyStandardWebhook(second?.headers ?? {}, second?.body ?? '', secret, new Date())).toBe('valid')
})

it('relays that are killed again and again lose no webhook, deliver those of a lead in order, and repeat only what was in flight', async () => {
  const receiver = await desk.receiver()
  await desk.subscribe(receiver.url)
  receiver.reactWith(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return { status: 200 }
  })
  const visitors: string[] = []
  for (let leads = 0; leads < 40; leads++) visitors.push(await desk.submit())
  const kills = 3
  for (let round = 1; round <= kills; round++) {
    const pair = [await startRelay(), await startRelay()]
    for (const visitor of visitors) await desk.submit(visitor)
    await eventually(
      `webhooks of round ${round}`,
      async () => receiver.received.length,
      (received) => received >= round * 25,
    )
    await Promise.all(pair.map(kill))
  }
  await startRelay()
  const expected = 40 * (kills + 1)
  await eventually(
    'all delivered',
    () => world.count('webhook_deliveries', "state = 'delivered'"),
    (delivered) => delivered === expected,
  )
  const ids = idsOf(receiver.received)
  const events = await world.count('lead_events', 'pending_shard IS NULL')
  expect(await world.count('webhook_deliveries')).toBe(expected)
  expect(events).toBeGreaterThanOrEqual(expected)
  expect(new Set(ids).size).toBe(expected)
  // Two relays with five places each at each kill.
  expect(ids.length - expected).toBeLessThanOrEqual(kills * 5)
  for (const visitor of visitors) {
    const sequences = receiver.received
      .filter(({ event }) => event.data['visitorId'] === visitor)
      .map(({ event }) => event.data['sequence'] as number)
    const firstTimes = [...new Set(sequences)]
    expect(firstTimes).toEqual(Array.from({ length: kills + 1 }, (_, index) => index + 1))
  }
})

it('a relay that is asked to stop gives back what hangs, and ends cleanly', async () => {
  const receiver = await desk.receiver()
  await desk.subscribe(receiver.url)
  receiver.reactWith(() => 'hang')
  const relay = await world.start('status-relay', { ...settings, WEBHOOK_TIMEOUT_MS: '60000' })
  await desk.submit()
  await eventually(
    'the request',
    async () => receiver.received.length,
    (received) => received === 1,
  )
  expect(await ended(relay, 'SIGTERM')).toBe(0)
  expect(await desk.deliveries()).toEqual([expect.objectContaining({ state: 'queued', tries: 0, last_error: 'interrupted' })])
})
