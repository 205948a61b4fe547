import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Principal, Scope } from '../accounts/principal.ts'
import type { Tenant } from '../leads/tenants.ts'
import type { OutboundRules } from '../platform/http/outbound-address.ts'
import type { OutgoingRecord } from '../platform/kafka/producer.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { AccountParts } from './account-parts.ts'
import type { StreamConnections } from './stream/stream-connections.ts'

/** What a request brings to say who it is from. `isSafe`: it reads only, so that no proof against cross-site requests is needed. */
export type Credentials = {
  authorization: string | undefined
  cookie: string | undefined
  csrfToken: string | undefined
  origin: string | undefined
  host: string | undefined
  isSafe: boolean
  /** Nobody does anything: whoever listens is asked for again. Does not keep a session alive. */
  isOnlyLooking?: boolean
}

/** Finds out who asks; undefined when the credentials are none, wrong or over. Throws a `Problem` where they are right but must not be used like this. */
export type Identify = (credentials: Credentials) => Promise<Principal | undefined>

/** All that the routes work with. */
export type ApiParts = {
  db: Knex
  log: Logger
  metrics: Metrics
  clock(): Date
  identify: Identify
  /** Throws a `Problem` unless this is the id of somebody of the tenant who may be put in charge of leads. */
  expectAgent(tenantId: number, userId: string): Promise<void>
  /** What the routes of signing in need beside. */
  accounts: AccountParts
  /** The open event streams. */
  streams: StreamConnections
  /** Sends records to Kafka; throws when they were not acknowledged. */
  produce(records: OutgoingRecord[]): Promise<void>
  /** The event in a record of this topic, prefix included. Throws a TributaryError that says what is wrong with its bytes. */
  decode(topic: string, value: Buffer | null): Promise<unknown>
  /** Address under which people reach the console and the API. */
  publicUrl: string
  /** Where webhooks may go. */
  outbound: OutboundRules
  /** Proxies whose X-Forwarded-For is believed: addresses and networks, separated by commas. */
  trustedProxies: string
  /** Requests a minute of one credential or, without one, of one address. */
  requestsPerMinute: number
}

export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a caller needs; `signed-in` when any credential will do, `public` for routes that anybody may call. Compulsory. */
    scope?: Scope | 'signed-in' | 'public'
  }
  interface FastifyRequest {
    principal: Principal | null
    tenant: Tenant | null
  }
}
