import { runProcess } from '../platform/run-process.ts'
import type { ApiParts } from './api-parts.ts'
import { createBulkLoop } from './bulk-actions/bulk-loop.ts'
import { createExportLoop } from './exports/export-loop.ts'
import { apiServer } from './http-server.ts'
import { keepHouse } from './keep-house.ts'
import { matchingLeads } from './matching-leads.ts'

const name = 'api'
// How long a job whose process has died waits for another one.
const leaseMs = 20_000

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
  const jobs = { ...context, clock, leaseMs, matching: matchingLeads }
  return {
    parts: [
      keepHouse(db, migrations, clock, { ...context, worker: name }),
      createBulkLoop(jobs),
      createExportLoop(jobs),
      apiServer(parts, settings.API_HOST, settings.API_PORT),
    ],
  }
})
