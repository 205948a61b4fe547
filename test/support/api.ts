import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { scopesOf, type Principal, type Role } from '../../services/accounts/principal.ts'
import type { ApiParts } from '../../services/api/api-parts.ts'
import { buildApi } from '../../services/api/app.ts'
import { decodeRecords } from '../../services/api/decode-records.ts'
import { createStreams } from '../../services/api/stream/create-streams.ts'
import { findTenants } from '../../services/leads/tenants.ts'
import { Metrics } from '../../services/platform/metrics.ts'
import { accountParts } from './accounts.ts'
import { silent, type World } from './world.ts'

/** An answer of the API: `body` is parsed JSON, or the text where it is none. */
export type Answer<Body> = { status: number; headers: Headers; body: Body }
export type Client = {
  principal: Principal
  authorization: string
  get<Body = Record<string, unknown>>(path: string, headers?: Record<string, string>): Promise<Answer<Body>>
  send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>
}
export type RunningApi = { url: string; as(role: Role, tenant?: string): Promise<Client>; close(): Promise<void> }

/** What event streams need, over the database of `world`. */
export const streamParts = ({ db }: World) => ({ db, clock: () => new Date(), log: silent, metrics: new Metrics() })

/** The real API on a free port, over the database of `world`. */
export async function startApi(world: World, change: Partial<ApiParts> = {}): Promise<RunningApi> {
  const principals = new Map<string, Principal>()
  const accounts = accountParts(world.env['SMTP_URL'] ?? '')
  const app = await buildApi({
    db: world.db,
    log: silent,
    metrics: new Metrics(),
    clock: () => new Date(),
    identify: async ({ authorization }) => principals.get(authorization ?? ''),
    expectAgent: async () => undefined,
    accounts,
    trustedProxies: '',
    streams: createStreams(streamParts(world)).connections,
    produce: (records) => world.produce(records),
    decode: decodeRecords(world.registry, world.kafka.KAFKA_PREFIX),
    publicUrl: 'http://127.0.0.1',
    outbound: { allowPrivate: true },
    requestsPerMinute: 1_000_000,
    ...change,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

  const ask = async <Body>(authorization: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, headers: answer.headers, body: (isJson && text !== '' ? JSON.parse(text) : text) as Body }
  }

  return {
    url,
    as: async (role, slug = 'demo') => {
      const tenant = (await findTenants(world.tx, [slug])).get(slug)
      if (tenant === undefined) throw new Error(`no tenant ${slug}`)
      const id = randomUUID()
      const principal: Principal = {
        tenantId: tenant.tenantId,
        kind: 'user',
        id,
        name: `${role} of ${slug}`,
        actor: `user:${id}`,
        role,
        scopes: scopesOf(role),
      }
      const authorization = `Bearer ${id}`
      principals.set(authorization, principal)
      return {
        principal,
        authorization,
        get: (path, headers) => ask(authorization, 'GET', path, undefined, headers),
        send: (method, path, body, headers) => ask(authorization, method, path, body, headers),
      }
    },
    close: async () => {
      await app.close()
      accounts.close()
    },
  }
}
