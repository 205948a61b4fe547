import { runProcess } from '../platform/run-process.ts'
import type { ApiParts } from './api-parts.ts'
import { apiServer } from './http-server.ts'
import { keepHouse } from './keep-house.ts'

const name = 'api'

await runProcess(name, ['API_HOST', 'API_PORT', 'API_REQUESTS_PER_MINUTE', 'PUBLIC_URL', 'WEBHOOK_ALLOW_PRIVATE'], (context) => {
  const { settings, db, migrations, metrics, log } = context
  const clock = () => new Date()
  const parts: ApiParts = {
    db,
    log,
    metrics,
    clock,
    identify: async () => undefined,
    expectAgent: async () => undefined,
    publicUrl: settings.PUBLIC_URL,
    outbound: { allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE === 'true' },
    requestsPerMinute: settings.API_REQUESTS_PER_MINUTE,
  }
  return { parts: [keepHouse(db, migrations, clock, { ...context, worker: name }), apiServer(parts, settings.API_HOST, settings.API_PORT)] }
})
