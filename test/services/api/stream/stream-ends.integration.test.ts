import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { commandLine } from '../../../../services/accounts/actor.ts'
import { createToken, revokeToken } from '../../../../services/accounts/api-tokens.ts'
import { createSession, findSession } from '../../../../services/accounts/sessions.ts'
import { createIdentify } from '../../../../services/api/identify.ts'
import { createStreams } from '../../../../services/api/stream/create-streams.ts'
import { findTenants } from '../../../../services/leads/tenants.ts'
import { makeUser } from '../../../support/accounts.ts'
import { startApi, streamParts } from '../../../support/api.ts'
import { openStream, type EventStream } from '../../../support/event-stream.ts'
import { form } from '../../../support/events.ts'
import { work } from '../../../support/work.ts'
import { createWorld, ended, eventually, type World } from '../../../support/world.ts'

let world: World
let tenantId: number
beforeAll(async () => {
  world = await createWorld(['demo'], 3)
  tenantId = (await findTenants(world.tx, ['demo'])).get('demo')?.tenantId ?? 0
})
afterAll(() => world.close())

const over = (stream: EventStream) =>
  eventually(
    'over',
    async () => stream.isOver(),
    (isOver) => isOver,
  )
const newToken = () => createToken(world.tx, commandLine, { tenantId, name: 'reader', scopes: ['leads:read'], expiresAt: null }, new Date())

describe('a process that has not read up to the end yet', () => {
  it('holds its streams with signs of life, as long as Kafka is away, and ends all the same', async () => {
    const waiting = createStreams(streamParts(world), { heartbeatMs: 50 })
    const other = await startApi(world, { streams: waiting.connections })
    waiting.connections.start()
    const client = await other.as('viewer')
    const stream = await openStream(`${other.url}/v1/stream`, { authorization: client.authorization })
    await eventually(
      'heartbeats',
      async () => stream.comments(),
      (count) => count > 3,
    )
    expect(stream.events).toEqual([])
    await other.close()
  })

  it('tells its listeners to load again when records were lost to it', async () => {
    const broken = createStreams(streamParts(world))
    const other = await startApi(world, { streams: broken.connections })
    broken.buffer.begin([10])
    await broken.connections.caughtUp()
    const client = await other.as('viewer')
    const stream = await openStream(`${other.url}/v1/stream`, { authorization: client.authorization })
    const said = (count: number) =>
      eventually(
        'events',
        async () => stream.events.map(({ event }) => event),
        (events) => events.length === count,
      )
    expect(await said(1)).toEqual(['ready'])
    broken.buffer.begin([50])
    broken.connections.begin()
    await broken.connections.caughtUp()
    expect(await said(2)).toEqual(['ready', 'reset'])
    await other.close()
  })
})

it('all streams end at once when the process stops, and no new one begins', async () => {
  const ending = createStreams(streamParts(world))
  const other = await startApi(world, { streams: ending.connections })
  const client = await other.as('viewer')
  const stream = await openStream(`${other.url}/v1/stream`, { authorization: client.authorization })
  expect(stream.status).toBe(200)
  await other.close()
  await eventually(
    'over',
    async () => stream.isOver(),
    (isOver) => isOver,
  )
  expect(ending.connections.size()).toBe(0)
})

describe('a credential', () => {
  it('that is revoked ends its streams; a session is not kept alive by one that nobody looks at', async () => {
    const clock = () => new Date()
    const watched = createStreams(streamParts(world), { checkMs: 100 })
    watched.connections.start()
    const identify = createIdentify({ db: world.db, clock, publicUrl: 'http://127.0.0.1' })
    let looks = 0
    const api = await startApi(world, {
      streams: watched.connections,
      identify: async (credentials) => {
        if (credentials.isOnlyLooking === true) looks++
        return await identify(credentials)
      },
    })
    const { token, secret } = await newToken()
    const byToken = await openStream(`${api.url}/v1/stream`, { authorization: `Bearer ${secret}` })
    const signedInAt = new Date(Date.now() - 3_600_000)
    const cookie = await createSession(world.tx, await makeUser(world.db, tenantId, 'viewer'), signedInAt)
    const seen = async () => (await world.tx.select<{ at: number }>('SELECT last_seen_at AS at FROM sessions'))[0]?.at
    const bySession = await openStream(`${api.url}/v1/stream`, { cookie: `tributary_session=${cookie}` })
    expect([byToken.status, bySession.status]).toEqual([200, 200])
    const used = await seen()
    expect(used).toBeGreaterThan(signedInAt.getTime())
    await world.tx.execute('UPDATE sessions SET last_seen_at = ?', [signedInAt])
    await eventually(
      'looks',
      async () => looks,
      (count) => count > 4,
    )
    expect(await seen()).toBe(signedInAt.getTime())
    await revokeToken(world.tx, commandLine, tenantId, token.id, new Date())
    await over(byToken)
    expect(bySession.isOver()).toBe(false)
    await world.tx.execute('UPDATE sessions SET last_seen_at = ?', [new Date(Date.now() - 13 * 3_600_000)])
    await over(bySession)
    expect(await findSession(world.tx, cookie, new Date())).toBeUndefined()
    await api.close()
  })
})

describe('the api process', () => {
  it('streams from the start of Kafka’s records on, and stops at once with streams open', async () => {
    const port = await freePort()
    const relay = await world.start('status-relay')
    const api = await world.start('api', { API_PORT: String(port), API_HOST: '127.0.0.1' })
    const { secret } = await newToken()
    const open = () => openStream(`http://127.0.0.1:${port}/v1/stream`, { authorization: `Bearer ${secret}` }).catch(() => undefined)
    const stream = await eventually('the stream', open, (opened) => opened?.status === 200)
    if (stream === undefined) throw new Error('no stream')
    await eventually(
      'ready',
      async () => stream.events.map(({ event }) => event),
      ([first]) => first === 'ready',
    )
    await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id: 'real' } })])
    await eventually(
      'the lead',
      async () => stream.events.length,
      (count) => count === 2,
    )
    expect(await ended(api, 'SIGTERM')).toBe(0)
    await over(stream)
    await ended(relay, 'SIGTERM')
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
