import { createServer, type AddressInfo } from 'node:net'
import type { Knex } from 'knex'
import { commandLine } from '../accounts/actor.ts'
import { createToken } from '../accounts/api-tokens.ts'
import { findTenants } from '../leads/tenants.ts'
import type { KafkaSettings } from '../platform/kafka/client.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { benchRequests } from './bench-requests.ts'
import { databaseVersion, describeMachine, inBenchDatabase, startProcess, stopProcesses } from './bench-surroundings.ts'
import { fillBenchLeads, largeTenant } from './fill-bench-leads.ts'
import { measureRequests, type Measured } from './measure-requests.ts'
import { intakeInBackground } from './run-bench-intake.ts'

export type BenchApiSettings = {
  kafka: KafkaSettings
  registryUrl: string
  mysqlUrl: string
  leads: number
  connections: number
  seconds: number
  formsPerSecond: number
  say(text: string): void
}
/** One kind of request, and how many chat forms a worker took in meanwhile. */
export type MeasuredKind = Measured & { formsTakenInASecond: number }
export type BenchApiResult = { machine: object; conditions: object; measured: MeasuredKind[] }

/**
 * Measures the API process as it is, over HTTP on this machine: kinds of request one after the other, each from a few connections that send the next request when the last is answered. All of them go to
 * the tenant with the most leads. With intake, everything is measured twice: without and with.
 */
export async function benchApi(settings: BenchApiSettings): Promise<BenchApiResult> {
  const { say, leads, connections, seconds, formsPerSecond } = settings
  return await inBenchDatabase(settings.mysqlUrl, async (db, mysqlUrl) => {
    say(`filling a database with ${leads} leads …`)
    await fillBenchLeads(db, leads, new Date(), say)
    const token = await tokenFor(db, largeTenant)
    const port = await freePort()
    const environment = {
      MYSQL_URL: mysqlUrl,
      KAFKA_BROKERS: settings.kafka.KAFKA_BROKERS,
      SCHEMA_REGISTRY_URL: settings.registryUrl,
      API_HOST: '127.0.0.1',
      API_PORT: String(port),
      API_REQUESTS_PER_MINUTE: '100000000',
    }
    const api = startProcess('api', environment)
    const url = `http://127.0.0.1:${port}`
    try {
      await untilItAnswers(url, token, () => api.exitCode)
      const measureAll = async (formsTakenInASecond?: () => Promise<number>) => {
        const measured: MeasuredKind[] = []
        for (const [name, requestOf] of await benchRequests(db, largeTenant)) {
          say(`${name} …`)
          const one = await measureRequests(name, { url, token, connections, seconds }, requestOf)
          measured.push({ ...one, formsTakenInASecond: (await formsTakenInASecond?.()) ?? 0 })
        }
        return measured
      }
      const measured = await measureAll()
      if (formsPerSecond > 0) {
        say(`now while ${formsPerSecond} chat forms a second come in …`)
        const intake = await intakeInBackground(settings, db, mysqlUrl)
        try {
          measured.push(...(await measureAll(intake.rate)))
        } finally {
          await intake.stop()
        }
      }
      const conditions = {
        database: await databaseVersion(db),
        leads,
        ofTheMeasuredTenant: Math.floor(leads / 5),
        connections,
        secondsEach: seconds,
        formsSentInASecond: formsPerSecond,
        brokerDatabaseAndBenchOnThisMachine: true,
      }
      return { machine: describeMachine(), conditions, measured }
    } finally {
      await stopProcesses([api])
    }
  })
}

async function tokenFor(db: Knex, slug: string): Promise<string> {
  const tenantId = (await findTenants(transactionOn(db), [slug])).get(slug)?.tenantId ?? 0
  const wanted = { tenantId, name: 'bench', scopes: ['leads:read', 'leads:write'] as const, expiresAt: null }
  const { secret } = await withTransaction(db, 10_000, (tx) => createToken(tx, commandLine, wanted, new Date()))
  return secret
}

async function untilItAnswers(url: string, token: string, exitCode: () => number | null): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (exitCode() !== null) throw new Error(`the api ended with code ${String(exitCode())}`)
    const answer = await fetch(`${url}/v1/leads?limit=1`, { headers: { authorization: `Bearer ${token}` } }).catch(() => undefined)
    if (answer?.status === 200) return
    if (answer !== undefined && answer.status !== 503) throw new Error(`the api answers with ${answer.status}: ${await answer.text()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the api does not answer after 30 seconds')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
