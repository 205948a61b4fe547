import { createProducer } from '../platform/kafka/producer.ts'
import { createRegistry } from '../platform/kafka/registry.ts'
import { runProcess } from '../platform/run-process.ts'
import { accountSettings, startAccounts } from './account-parts.ts'
import type { ApiParts } from './api-parts.ts'
import { createBulkLoop } from './bulk-actions/bulk-loop.ts'
import { decodeRecords } from './decode-records.ts'
import { createExportLoop } from './exports/export-loop.ts'
import { apiServer } from './http-server.ts'
import { createExpectAgent, createIdentify } from './identify.ts'
import { keepHouse } from './keep-house.ts'
import { matchingLeads } from './matching-leads.ts'
import { runReplays } from './run-replays.ts'
import { createStreams } from './stream/create-streams.ts'
import { tailActivity } from './stream/tail-activity.ts'

const name = 'api'
// How long a job whose process has died waits for another one.
const leaseMs = 20_000
const apiSettings = [
  'API_HOST',
  'API_PORT',
  'API_REQUESTS_PER_MINUTE',
  'API_TRUSTED_PROXIES',
  'PUBLIC_URL',
  'WEBHOOK_ALLOW_PRIVATE',
  ...accountSettings,
] as const

await runProcess(name, apiSettings, (context) => {
  const { settings, db, migrations, metrics, log } = context
  const clock = () => new Date()
  const { accounts, mailDoor } = startAccounts(settings, clock)
  const registry = createRegistry(settings.SCHEMA_REGISTRY_URL)
  const producer = createProducer(settings, name, log)
  const streams = createStreams({ db, clock, log, metrics })
  const parts: ApiParts = {
    db,
    log,
    metrics,
    clock,
    identify: createIdentify({ db, clock, publicUrl: settings.PUBLIC_URL }),
    expectAgent: createExpectAgent(db),
    accounts,
    streams: streams.connections,
    produce: (records) => producer.send(records),
    decode: decodeRecords(registry, settings.KAFKA_PREFIX),
    publicUrl: settings.PUBLIC_URL,
    trustedProxies: settings.API_TRUSTED_PROXIES,
    outbound: { allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE === 'true' },
    requestsPerMinute: settings.API_REQUESTS_PER_MINUTE,
  }
  const jobs = { ...context, clock, leaseMs, matching: matchingLeads }
  return {
    parts: [
      mailDoor,
      { name: 'producer', stop: () => producer.stop() },
      keepHouse(db, migrations, clock, { ...context, worker: name }),
      createBulkLoop(jobs),
      createExportLoop(jobs),
      runReplays(db, clock, { ...context, worker: name }),
      tailActivity(settings, registry, streams, log),
      apiServer(parts, settings.API_HOST, settings.API_PORT),
    ],
  }
})
