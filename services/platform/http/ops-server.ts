import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { TributaryError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Health } from '../worker/health.ts'

export type OpsServer = { start(): Promise<void>; stop(): Promise<void>; port(): number }

/** Serves /metrics, /livez and /readyz. `refresh` is awaited before each scrape, for gauges that are read from the database. */
export function createOpsServer(
  host: string,
  port: number,
  metrics: Metrics,
  health: Health,
  log: Logger,
  refresh: () => Promise<void> = async () => undefined,
): OpsServer {
  const answer = (response: ServerResponse, status: number, type: string, body: string) =>
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
  const answerHealth = (response: ServerResponse, { ok, body }: { ok: boolean; body: object }) =>
    answer(response, ok ? 200 : 503, 'application/json', JSON.stringify({ ok, ...body }))

  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    if (request.method !== 'GET') answer(response, 405, 'text/plain', 'only GET\n')
    else if (path === '/livez') answerHealth(response, health.liveness())
    else if (path === '/readyz') answerHealth(response, health.readiness())
    else if (path === '/metrics') {
      // While the database is away its gauges stay as they were; the rest must still be seen.
      void refresh()
        .catch((error: unknown) => log.warn({ err: error }, 'gauges from the database could not be read'))
        .then(() => metrics.registry.metrics())
        .then(
          (text) => answer(response, 200, metrics.registry.contentType, text),
          () => answer(response, 500, 'text/plain', 'the metrics could not be read\n'),
        )
    } else answer(response, 404, 'text/plain', 'try /metrics, /livez or /readyz\n')
  })

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error) =>
          reject(
            new TributaryError(
              'config-invalid',
              `OPS_PORT ${port} cannot be listened on (${(error as NodeJS.ErrnoException).code}). Free it or choose another port.`,
            ),
          ),
        )
        server.listen(port, host, resolve)
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    port: () => (server.address() as AddressInfo).port,
  }
}
