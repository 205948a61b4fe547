import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api, ApiParts } from './api-parts.ts'

/** One line of the log and one sample a request: the pattern of its route, never its address, which can hold ids and search words. Nothing that people sent. */
export function observeRequests(app: Api, { log, metrics }: ApiParts): void {
  app.addHook('onSend', async (request, reply, payload) => {
    addCommonHeaders(request, reply)
    return payload
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none')
    const status = reply.statusCode
    metrics.count('tributary_http_requests_total', { method: request.method, route, status: String(status) })
    metrics.observe('tributary_http_request_seconds', { route }, reply.elapsedTime / 1000)
    log[status >= 500 ? 'warn' : 'debug'](
      { request: request.id, method: request.method, route, status, ms: Math.round(reply.elapsedTime), actor: request.principal?.actor },
      'answered',
    )
  })
}

/** The headers of every answer. */
export function addCommonHeaders({ id }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', id)
  void reply.header('x-content-type-options', 'nosniff')
  void reply.header('referrer-policy', 'no-referrer')
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
}
