import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { setTenant, type Plan } from '../../../services/leads/tenants.ts'
import { listDeliveries, readDelivery, replayDeliveries, replayDelivery } from '../../../services/leads/webhook-log.ts'
import { clearEndedWebhooks, deleteOldDeliveries, webhookBacklog } from '../../../services/leads/webhook-sweep.ts'
import { addWebhook, disableWebhook, enableWebhook, listWebhooks, removeWebhook } from '../../../services/leads/webhooks.ts'
import { openWebhookDesk, type WebhookDesk } from '../../support/webhook-desk.ts'
import { createWorld, type World } from '../../support/world.ts'

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
  await desk.close()
  await setTenant(world.tx, 'demo', { plan: 'boost' })
  for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhooks', 'lead_events', 'leads', 'contacts', 'contact_keys'])
    await world.tx.execute(`DELETE FROM ${table}`)
})

const dayMs = 24 * 3_600_000
const statesOf = async () =>
  (await desk.deliveries()).map(({ state, last_error }) => (last_error === null ? state : `${state}: ${last_error}`))
const usePlan = (plan: Plan) => setTenant(world.tx, 'demo', { plan })
const visitorsOf = (received: { event: { data: Record<string, unknown> } }[]) => received.map(({ event }) => event.data['visitorId'])

describe('on a limited plan', () => {
  it('no event of a lead below the newest five is queued', async () => {
    const receiver = await desk.receiver()
    await desk.subscribe(receiver.url)
    const visitors: string[] = []
    for (let leads = 0; leads < 8; leads++) visitors.push(await desk.submit())
    await usePlan('free')
    await desk.relay()
    await desk.submit(visitors[0])
    await desk.submit(visitors[7])
    await desk.relay()
    await desk.deliver()
    expect(new Set(visitorsOf(receiver.received))).toEqual(new Set(visitors.slice(3)))
    expect(await world.count('webhook_deliveries')).toBe(6)
  })

  it('what was queued before is not sent once its lead is hidden; the log does not tell of it, and no replay sends it', async () => {
    const receiver = await desk.receiver()
    const { webhookId } = await desk.subscribe(receiver.url)
    const hidden = await desk.submit()
    await desk.relay()
    await desk.deliver()
    const [seen] = await listDeliveries(world.tx, await desk.tenant(), webhookId, {}, undefined, 25)
    await desk.submit(hidden)
    for (let leads = 0; leads < 5; leads++) await desk.submit()
    await desk.relay()
    await usePlan('starter')
    await desk.deliver()
    expect(visitorsOf(receiver.received).filter((visitor) => visitor === hidden)).toHaveLength(1)
    expect(await statesOf()).toContain('failed: plan')

    const tenant = await desk.tenant()
    const deliveryId = seen?.deliveryId as Buffer
    expect(await listDeliveries(world.tx, tenant, webhookId, {}, undefined, 25)).toHaveLength(5)
    expect(await listDeliveries(world.tx, tenant, webhookId, { leadId: seen?.leadId as Buffer }, undefined, 25)).toEqual([])
    await expect(readDelivery(world.tx, tenant, webhookId, deliveryId)).rejects.toMatchObject({ code: 'delivery-not-found' })
    await expect(replayDelivery(world.tx, tenant, webhookId, deliveryId, desk.clock())).rejects.toMatchObject({
      code: 'delivery-not-found',
    })
    expect(await replayDeliveries(world.tx, tenant, webhookId, { failed: false }, undefined, desk.clock())).toEqual({
      queued: 5,
      next: null,
    })
    await desk.deliver()
    expect(visitorsOf(receiver.received).filter((visitor) => visitor === hidden)).toHaveLength(1)
  })

  it('a replay from before the plan changed sends nothing of hidden leads either', async () => {
    const receiver = await desk.receiver()
    const { webhookId } = await desk.subscribe(receiver.url)
    for (let leads = 0; leads < 7; leads++) await desk.submit()
    await desk.relay()
    await desk.deliver()
    receiver.received.length = 0
    await replayDeliveries(world.tx, await desk.tenant(), webhookId, { failed: false }, undefined, desk.clock())
    await usePlan('free')
    await desk.deliver()
    expect(receiver.received).toHaveLength(5)
  })
})

describe('the delivery log', () => {
  it('pages from the newest to the oldest without a gap or a repeat, and filters', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    for (let round = 0; round < 4; round++) {
      for (let leads = 0; leads < 3; leads++) await desk.submit()
      await desk.relay()
      desk.pass(60_000)
    }
    const pages: Buffer[] = []
    for (let after; ;) {
      const page = await listDeliveries(world.tx, tenant, webhookId, {}, after, 5)
      pages.push(...page.map(({ deliveryId }) => deliveryId))
      after = page.at(-1)
      if (page.length < 5) break
    }
    const [row] = await world.tx.select<{ first: number }>('SELECT MIN(queued_at) AS first FROM webhook_deliveries')
    const from = new Date((row?.first ?? 0) + 60_000)
    const to = new Date((row?.first ?? 0) + 180_000)
    expect(new Set(pages.map(String)).size).toBe(12)
    const found = async (filter: Parameters<typeof listDeliveries>[3]) =>
      (await listDeliveries(world.tx, tenant, webhookId, filter, undefined, 100)).length
    expect([
      await found({ from, to }),
      await found({ state: 'queued' }),
      await found({ state: 'failed' }),
      await found({ type: 'lead.assigned' }),
    ]).toEqual([6, 12, 0, 0])
  })
})

describe('a replay', () => {
  it('of one delivery sends it again with the same id and counts its tries anew', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    const [delivery] = await listDeliveries(world.tx, tenant, webhookId, {}, undefined, 25)
    await replayDelivery(world.tx, tenant, webhookId, delivery?.deliveryId as Buffer, desk.clock())
    await desk.deliver()
    const [first, second] = receiver.received
    expect([second?.body, second?.headers['webhook-id']]).toEqual([first?.body, first?.headers['webhook-id']])
    expect(await desk.deliveries()).toEqual([expect.objectContaining({ state: 'delivered', attempts: 2, tries: 1 })])
    expect((await readDelivery(world.tx, tenant, webhookId, delivery?.deliveryId as Buffer)).tries).toHaveLength(2)
  })

  it('of one that waits for its next try sends it now, and what waits behind it', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    const visitor = await desk.submit()
    await desk.submit(visitor)
    await desk.relay()
    receiver.reactWith(() => ({ status: 500 }))
    await desk.deliver()
    await desk.deliver()
    receiver.reactWith(() => ({ status: 200 }))
    const [first] = (await listDeliveries(world.tx, tenant, webhookId, {}, undefined, 25)).filter(({ sequence }) => sequence === 1)
    await replayDelivery(world.tx, tenant, webhookId, first?.deliveryId as Buffer, desk.clock())
    await desk.deliver()
    expect(receiver.received.map(({ event }) => event.data['sequence'])).toEqual([1, 1, 2])
  })

  it('of all that failed sends those, and of a time range the delivered ones too', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    const from = desk.clock()
    desk.pass(60_000)
    await desk.submit()
    await desk.submit()
    await desk.relay()
    await world.tx.execute("UPDATE webhook_deliveries SET state = 'failed', due_at = NULL WHERE state = 'queued'")
    expect(await replayDeliveries(world.tx, tenant, webhookId, { failed: true }, undefined, desk.clock())).toEqual({
      queued: 2,
      next: null,
    })
    await desk.deliver()
    expect(receiver.received).toHaveLength(3)
    const range = { failed: false, from, to: new Date(from.getTime() + 60_000) }
    expect(await replayDeliveries(world.tx, tenant, webhookId, range, undefined, desk.clock())).toEqual({ queued: 1, next: null })
    await desk.deliver()
    expect(receiver.received).toHaveLength(4)
  })

  it('is refused while the webhook is disabled, and of another tenant’s webhook', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    const other = await desk.tenant('other')
    const replay = (who: typeof tenant) => replayDeliveries(world.tx, who, webhookId, { failed: true }, undefined, desk.clock())
    await expect(replay(other)).rejects.toMatchObject({ code: 'webhook-not-found' })
    await disableWebhook(world.tx, tenant.tenantId, webhookId, 'user:1', desk.clock())
    await expect(replay(tenant)).rejects.toMatchObject({ code: 'webhook-disabled' })
  })
})

describe('a webhook that ended', () => {
  it('by itself keeps a record of what it missed, which a replay sends once it is enabled', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    await world.tx.execute("UPDATE webhooks SET state = 'disabled', reason = 'failing'")
    await desk.submit()
    await desk.relay()
    expect(await clearEndedWebhooks(world.tx, desk.clock())).toBe(false)
    await desk.deliver()
    expect(receiver.received).toEqual([])
    expect(await statesOf()).toEqual(['failed: disabled', 'failed: disabled'])
    await enableWebhook(world.tx, tenant.tenantId, webhookId, 'user:1', desk.clock())
    await replayDeliveries(world.tx, tenant, webhookId, { failed: true }, undefined, desk.clock())
    await desk.deliver()
    expect(receiver.received).toHaveLength(2)
  })

  it('by a person gets nothing more, not even a record', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    await disableWebhook(world.tx, tenant.tenantId, webhookId, 'user:1', desk.clock())
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    expect([await world.count('webhook_deliveries'), receiver.received.length]).toEqual([0, 0])
  })

  it('by removal is gone for people at once, and its log with its secrets soon after', async () => {
    const receiver = await desk.receiver()
    const { tenant, webhookId } = await desk.subscribe(receiver.url)
    await desk.submit()
    await desk.relay()
    await desk.deliver()
    await removeWebhook(world.tx, tenant.tenantId, webhookId, desk.clock())
    expect(await listWebhooks(world.tx, tenant.tenantId)).toEqual([])
    expect(await world.count('webhooks', "secret <> ''")).toBe(0)
    await desk.submit()
    await desk.relay()
    await clearEndedWebhooks(world.tx, desk.clock())
    for (const table of ['webhooks', 'webhook_deliveries', 'webhook_attempts'])
      expect([table, await world.count(table)]).toEqual([table, 0])
    expect(receiver.received).toHaveLength(1)
  })
})

it('deliveries are kept for 30 days; one that still waits stays', async () => {
  const receiver = await desk.receiver()
  const { tenant, webhookId } = await desk.subscribe(receiver.url)
  await desk.submit()
  await desk.submit()
  await desk.relay()
  await desk.deliver()
  await world.tx.execute("UPDATE webhook_deliveries SET state = 'queued', due_at = ? LIMIT 1", [desk.clock()])
  desk.pass(30 * dayMs - 1)
  await deleteOldDeliveries(world.tx, desk.clock())
  expect(await listDeliveries(world.tx, tenant, webhookId, {}, undefined, 25)).toHaveLength(2)
  desk.pass(1)
  await deleteOldDeliveries(world.tx, desk.clock())
  expect((await listDeliveries(world.tx, tenant, webhookId, {}, undefined, 25)).map(({ state }) => state)).toEqual(['queued'])
  expect(await world.count('webhook_attempts')).toBe(1)
})

it('the backlog counts what waits, and tells the age only of what an endpoint that answers waits for', async () => {
  const [healthy, failing] = [await desk.receiver(), await desk.receiver()]
  failing.reactWith(() => ({ status: 500 }))
  await desk.subscribe(failing.url)
  await desk.submit()
  await desk.relay()
  await desk.deliver()
  desk.pass(3_600_000)
  expect(await webhookBacklog(world.tx, desk.clock())).toEqual({ queued: 1, oldestAt: 0 })
  await desk.subscribe(healthy.url)
  await desk.submit()
  await desk.relay()
  const queuedAt = desk.clock().getTime()
  desk.pass(60_000)
  expect(await webhookBacklog(world.tx, desk.clock())).toEqual({ queued: 3, oldestAt: queuedAt })
})

it('a tenant has 20 webhooks at most, each with types that there are', async () => {
  const tenant = await desk.tenant()
  for (let count = 0; count < 20; count++) await desk.subscribe(`https://shop.example/${count}`)
  await expect(desk.subscribe('https://shop.example/more')).rejects.toMatchObject({ code: 'webhook-limit' })
  const add = (types: never[]) =>
    addWebhook(world.tx, tenant, { url: 'https://shop.example', description: '', types }, 'user:1', desk.clock())
  await expect(add([])).rejects.toMatchObject({ code: 'webhook-invalid' })
  await expect(add(['lead.exploded' as never])).rejects.toMatchObject({ code: 'webhook-invalid' })
})
