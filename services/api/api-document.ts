import { pino } from 'pino'
import { Metrics } from '../platform/metrics.ts'
import { connectDatabase } from '../platform/mysql/connection.ts'
import { buildApi } from './app.ts'
import { createStreams } from './stream/create-streams.ts'

/** The OpenAPI document of the API, made from its routes; asks no database. */
export async function apiDocument(): Promise<object> {
  const never = async () => {
    throw new Error('the document is made without requests')
  }
  const db = connectDatabase('mysql://nobody@127.0.0.1:1/none', 1)
  const log = pino({ level: 'silent' })
  const clock = () => new Date(0)
  const metrics = new Metrics()
  const app = await buildApi({
    db,
    log,
    metrics,
    clock,
    streams: createStreams({ db, clock, log, metrics }).connections,
    produce: never,
    decode: never,
    identify: never,
    expectAgent: never,
    accounts: { mails: { sendInvitation: never, sendReset: never }, openId: undefined, attemptsPerMinute: 1 },
    publicUrl: 'http://127.0.0.1:8080',
    outbound: { allowPrivate: false },
    trustedProxies: '',
    requestsPerMinute: 1,
  })
  const document = app.swagger()
  await app.close()
  return document
}
