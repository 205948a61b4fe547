import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { verifyStandardWebhook } from '../../support/standard-webhooks.ts'
import { openWebhookDesk, type WebhookDesk } from '../../support/webhook-desk.ts'
import { createWorld, type World } from '../../support/world.ts'

type WebhookBody = { webhookId: string; url: string; types: string[]; state: string; failures: number; oldSecretUntil: string | null }
type DeliveryBody = {
  deliveryId: string
  messageId: string
  leadId: string | null
  type: string
  state: string
  attempts: number
  queuedAt: string
}
type Log = { deliveries: DeliveryBody[]; next: string | null }

let world: World
let api: RunningApi
let desk: WebhookDesk
let admin: Client
beforeAll(async () => {
  world = await createWorld(['demo', 'other'], 1)
})
afterAll(() => world.close())
beforeEach(async () => {
  desk = openWebhookDesk(world)
  api = await startApi(world, { clock: desk.clock })
  admin = await api.as('admin')
})
afterEach(async () => {
  await api.close()
  await desk.close()
  for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhooks']) await world.tx.execute(`DELETE FROM ${table}`)
})

const add = (client: Client, url: string, rest: object = { types: ['*'] }) =>
  client.send<{ webhook: WebhookBody; secret: string }>('POST', '/v1/webhooks', { url, ...rest })

describe('a webhook', () => {
  it('is added, sends a test event signed with the secret that was shown once, and tells what became of it', async () => {
    const receiver = await desk.receiver()
    const { status, body } = await add(admin, receiver.url, { types: ['lead.opened'], description: 'CRM' })
    expect([status, body.webhook]).toEqual([201, expect.objectContaining({ url: receiver.url, state: 'enabled', types: ['lead.opened'] })])
    const path = `/v1/webhooks/${body.webhook.webhookId}`
    for (const { body: shown } of [await admin.get(path), await admin.get('/v1/webhooks')])
      expect(JSON.stringify(shown)).not.toContain('whsec_')
    const sent = await admin.send<{ deliveryId: string }>('POST', `${path}/test`)
    expect(sent.status).toBe(202)
    await desk.deliver()
    const [webhook] = receiver.received
    expect(webhook?.event.type).toBe('webhook.test')
    expect(verifyStandardWebhook(webhook?.headers ?? {}, webhook?.body ?? '', body.secret, desk.clock())).toBe('valid')
    const { body: seen } = await admin.get<{ delivery: DeliveryBody; body: string; attempts: { status: number }[] }>(
      `${path}/deliveries/${sent.body.deliveryId}`,
    )
    expect(seen).toMatchObject({
      delivery: { state: 'delivered', messageId: webhook?.headers['webhook-id'], leadId: null },
      body: webhook?.body,
      attempts: [{ attempt: 1, status: 204, error: null }],
    })
  })

  it('is changed, disabled, enabled and removed, each written to the audit log without its secret', async () => {
    const { body } = await add(admin, 'http://127.0.0.1:9/hooks')
    const path = `/v1/webhooks/${body.webhook.webhookId}`
    expect((await admin.send<WebhookBody>('PATCH', path, { types: ['lead.assigned'] })).body).toMatchObject({
      types: ['lead.assigned'],
      url: 'http://127.0.0.1:9/hooks',
    })
    expect((await admin.send<WebhookBody>('POST', `${path}/disable`)).body.state).toBe('disabled')
    expect(await admin.send('POST', `${path}/test`)).toMatchObject({ status: 409, body: { code: 'webhook-disabled' } })
    expect((await admin.send<WebhookBody>('POST', `${path}/enable`)).body.state).toBe('enabled')
    const rotated = await admin.send<{ secret: string }>('POST', `${path}/rotate-secret`, { graceHours: 1 })
    expect(rotated.body.secret).toMatch(/^whsec_/)
    expect((await admin.get<WebhookBody>(path)).body.oldSecretUntil).toBe(new Date(desk.clock().getTime() + 3_600_000).toISOString())
    expect((await admin.send('DELETE', path)).status).toBe(204)
    expect((await admin.get(path)).status).toBe(404)
    const audit = await world.tx.select<{ action: string; details: string }>(
      'SELECT action, details FROM audit_log WHERE target = ? ORDER BY entry_id',
      [`webhook:${body.webhook.webhookId}`],
    )
    expect(audit.map(({ action }) => action).toSorted()).toEqual(
      ['added', 'changed', 'disabled', 'enabled', 'removed', 'secret-rotated'].map((what) => `webhook.${what}`),
    )
    expect(audit.map(({ details }) => details).join('')).not.toContain('whsec_')
  })

  it.each([
    ['http', 'http://shop.example/'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback in decimal', 'https://2130706433:8443/'],
    ['the metadata of a cloud', 'https://169.254.169.254/latest'],
    ['a name of this machine', 'https://localhost/'],
    ['a password', 'https://user:secret@1.1.1.1/'],
  ])('does not go to %s', async (_, url) => {
    await api.close()
    api = await startApi(world, { outbound: { allowPrivate: false } })
    const client = await api.as('admin')
    const answer = await add(client, url)
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'url' }] } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    expect(await world.count('webhooks')).toBe(0)
  })

  it.each([
    [{}, 400],
    [{ types: [] }, 400],
    [{ types: ['lead.exploded'] }, 400],
    [{ types: ['*'], secret: 'whsec_mine' }, 400],
    [{ types: ['*'], description: 'x'.repeat(201) }, 400],
  ])('with %j is refused', async (rest, status) => expect((await add(admin, 'http://127.0.0.1:9/', rest)).status).toBe(status))

  it('is for those who may manage webhooks, the log too', async () => {
    const { body } = await add(admin, 'http://127.0.0.1:9/')
    const path = `/v1/webhooks/${body.webhook.webhookId}`
    for (const role of ['viewer', 'agent'] as const) {
      const client = await api.as(role)
      for (const [method, where] of [
        ['GET', '/v1/webhooks'],
        ['GET', `${path}/deliveries`],
        ['POST', `${path}/test`],
        ['DELETE', path],
      ] as const)
        expect([role, method, where, (await client.send(method, where)).status]).toEqual([role, method, where, 403])
    }
  })

  it('of another tenant is not found by any route', async () => {
    const { body } = await add(admin, 'http://127.0.0.1:9/')
    const path = `/v1/webhooks/${body.webhook.webhookId}`
    const sent = await admin.send<{ deliveryId: string }>('POST', `${path}/test`)
    const stranger = await api.as('owner', 'other')
    for (const [method, where, content] of [
      ['GET', path],
      ['PATCH', path, { description: 'mine' }],
      ['DELETE', path],
      ['POST', `${path}/rotate-secret`, {}],
      ['POST', `${path}/enable`],
      ['POST', `${path}/disable`],
      ['POST', `${path}/test`],
      ['GET', `${path}/deliveries`],
      ['GET', `${path}/deliveries/${sent.body.deliveryId}`],
      ['POST', `${path}/deliveries/${sent.body.deliveryId}/replay`],
      ['POST', `${path}/replay`, { which: 'failed' }],
    ] as const)
      expect([method, where, (await stranger.send(method, where, content)).status]).toEqual([method, where, 404])
    expect((await stranger.get<{ webhooks: object[] }>('/v1/webhooks')).body.webhooks).toEqual([])
  })
})

describe('the delivery log', () => {
  it('is paged, filtered, and replayed: one, the failed, a time range', async () => {
    const receiver = await desk.receiver()
    const { body } = await add(admin, receiver.url)
    const path = `/v1/webhooks/${body.webhook.webhookId}`
    for (let leads = 0; leads < 5; leads++) await desk.submit()
    await desk.relay()
    receiver.reactWith((_webhook, index) => ({ status: index < 2 ? 410 : 200 }))
    await desk.deliver()
    await admin.send('POST', `${path}/enable`)
    receiver.reactWith(() => ({ status: 200 }))

    const seen: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const page: Log = (await admin.get<Log>(`${path}/deliveries?limit=2${next === '' ? '' : `&after=${encodeURIComponent(next)}`}`)).body
      seen.push(...page.deliveries.map(({ deliveryId }) => deliveryId))
      next = page.next
    }
    expect(new Set(seen).size).toBe(5)
    const failed = await admin.get<Log>(`${path}/deliveries?state=failed`)
    expect(failed.body.deliveries.length).toBeGreaterThan(0)
    expect((await admin.get<Log>(`${path}/deliveries?leadId=${failed.body.deliveries[0]?.leadId}`)).body.deliveries).toHaveLength(1)

    receiver.received.length = 0
    const again = await admin.send<{ queued: number; next: null }>('POST', `${path}/replay`, { which: 'failed' })
    expect([again.status, again.body]).toEqual([202, { queued: failed.body.deliveries.length, next: null }])
    const one = await admin.send<DeliveryBody>('POST', `${path}/deliveries/${seen[0]}/replay`)
    expect([one.status, one.body.state]).toEqual([202, 'queued'])
    await desk.deliver()
    expect((await admin.get<Log>(`${path}/deliveries?state=delivered`)).body.deliveries).toHaveLength(5)

    receiver.received.length = 0
    expect(await admin.send('POST', `${path}/replay`, { which: 'all' })).toMatchObject({ status: 422, body: { code: 'range-missing' } })
    const [from, to] = [desk.clock(), new Date(desk.clock().getTime() + 1)]
    await admin.send('POST', `${path}/replay`, { which: 'all', from, to })
    await desk.deliver()
    expect(receiver.received).toHaveLength(5)
  })

  it('takes odd times and cursors without falling over', async () => {
    const { body } = await add(admin, 'http://127.0.0.1:9/')
    const path = `/v1/webhooks/${body.webhook.webhookId}/deliveries`
    for (const [query, status] of [
      ['from=9999-12-31T23:59:59-23:59', 200],
      ['to=0000-01-01T00:00:00%2B23:59', 200],
      ['after=9999999999999:ffffffff-ffff-ffff-ffff-ffffffffffff', 200],
      ['after=1:2', 400],
      ['limit=101', 400],
      ['state=lost', 400],
    ] as const)
      expect([query, (await admin.get(`${path}?${query}`)).status]).toEqual([query, status])
  })
})
