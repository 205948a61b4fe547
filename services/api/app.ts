import { randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Api, ApiParts } from './api-parts.ts'
import { authenticate } from './authenticate.ts'
import { describeErrors } from './describe-errors.ts'
import { parseJsonBodies } from './json-body.ts'
import { observeRequests } from './observe-requests.ts'
import { describeApi } from './openapi.ts'
import { addRoutes } from './routes.ts'
import { hangUp, turnAway } from './turn-away.ts'

const bodyLimit = 256 * 1024

/** The API, ready to listen or to be asked for its document. Does not touch the database until a request does. */
export async function buildApi(parts: ApiParts): Promise<Api> {
  const app: Api = Fastify({
    logger: false,
    bodyLimit,
    // Ids and cursors stand in addresses: longer ones are no addresses of ours.
    routerOptions: { maxParamLength: 500 },
    requestTimeout: 30_000,
    // The throttle of sign-ins counts by address: behind a proxy, all people would be one.
    trustProxy: parts.trustedProxies === '' ? false : parts.trustedProxies,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
    },
    frameworkErrors: turnAway,
    clientErrorHandler: hangUp,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  describeErrors(app, parts)
  parseJsonBodies(app)
  observeRequests(app, parts)
  await app.register(cookie)
  await app.register(rateLimit, {
    max: parts.requestsPerMinute,
    timeWindow: 60_000,
    // Who asks is known by now: headers as they came could be written differently each time.
    keyGenerator: ({ principal, ip }) => principal?.actor ?? ip,
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
  })
  authenticate(app, parts)
  await describeApi(app)
  addRoutes(app, parts)
  await app.ready()
  return app
}
