import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { uuidOf } from '../leads/event-identity.ts'
import { findDueWebhooks, takeDeliveries, type DueWebhook, type TakenDelivery } from '../leads/webhook-claims.ts'
import { settleDelivery, type TryResult, type Verdict } from '../leads/webhook-settle.ts'
import { webhookHeaders } from '../leads/webhook-signature.ts'
import { failureOf } from '../platform/errors.ts'
import type { OutboundDoor } from '../platform/http/outbound-post.ts'
import type { Metrics } from '../platform/metrics.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { backoffMs } from '../platform/worker/retry.ts'

export type SenderContext = {
  db: Knex
  door: OutboundDoor
  metrics: Metrics
  log: Logger
  /** After this time another sender takes a delivery over; longer than a try with its settling. */
  claimMs: number
  clock(): Date
  random(): number
}

const idleMs = 200
// A few at once to one endpoint: enough for a burst, little enough that a small shop's server stands it.
const atOnce = 5
// Of all subscriptions together. Endpoints that hang take one place each, and are at rest most of the time.
const mostInFlight = 64
const patienceMs = 5_000
const settleTries = 5

/** Delivers webhooks: takes what is due, posts it, writes what became of it. Several of them may run; the database says who has what. */
export function createWebhookSender(context: SenderContext) {
  const flights = new Set<Promise<void>>()
  const flying = new Map<string, number>()
  const stopping = new AbortController()

  const launch = (delivery: TakenDelivery, claim: Buffer) => {
    const key = delivery.webhookId.toString('hex')
    flying.set(key, (flying.get(key) ?? 0) + 1)
    const flight = sendOne(delivery, claim, context, stopping.signal).finally(() => {
      flights.delete(flight)
      const left = (flying.get(key) ?? 1) - 1
      if (left === 0) flying.delete(key)
      else flying.set(key, left)
    })
    flights.add(flight)
  }
  const hasPlace = ({ webhookId, isFailing }: DueWebhook) => (flying.get(webhookId.toString('hex')) ?? 0) < (isFailing ? 1 : atOnce)

  return {
    /** One turn: starts what there are places for. Answers how long to wait before the next. */
    turn: async (): Promise<number> => {
      let launched = 0
      if (flights.size < mostInFlight)
        for (const webhook of (await findDueWebhooks(transactionOn(context.db), context.clock())).filter(hasPlace)) {
          const places = Math.min(atOnce, mostInFlight - flights.size)
          if (places <= 0) break
          const claim = randomBytes(16)
          const taken = await withTransaction(context.db, 10_000, (tx) =>
            takeDeliveries(tx, webhook, claim, places, context.claimMs, context.clock()),
          )
          for (const delivery of taken) launch(delivery, claim)
          launched += taken.length
        }
      if (launched > 0) return 0
      if (flights.size > 0) await Promise.race([...flights, afterMs(idleMs)])
      return flights.size > 0 ? 0 : idleMs
    },
    /** Waits until nothing is in flight any more. */
    settled: async (): Promise<void> => {
      while (flights.size > 0) await Promise.all(flights)
    },
    /** Lets what is in flight end; what takes longer is interrupted and queued again. */
    finish: async (): Promise<void> => {
      const timer = setTimeout(() => stopping.abort(), patienceMs)
      await Promise.all(flights)
      clearTimeout(timer)
    },
  }
}

/** Never throws: what cannot be settled is taken over by the next sender when the claim is over. */
async function sendOne(delivery: TakenDelivery, claim: Buffer, context: SenderContext, signal: AbortSignal): Promise<void> {
  const { clock, metrics, log } = context
  const subject = { webhook: uuidOf(delivery.webhookId), delivery: uuidOf(delivery.deliveryId), attempt: delivery.attempts }
  try {
    const result = await tryOnce(delivery, context, signal)
    const verdict = await settleFirmly(delivery, claim, result, context)
    metrics.count('tributary_webhook_deliveries_total', { result: verdict })
    if (verdict === 'delivered') metrics.observe('tributary_webhook_seconds', {}, (clock().getTime() - delivery.queuedAt) / 1000)
    else
      log.debug(
        { ...subject, verdict, ...('status' in result ? { status: result.status } : { error: result.error }) },
        'a webhook was not delivered',
      )
  } catch (error) {
    log.warn({ ...subject, err: error }, 'what became of a webhook could not be written; it is sent again')
  }
}

async function tryOnce(
  { eventId, payload, url, secrets }: TakenDelivery,
  { door, clock }: SenderContext,
  signal: AbortSignal,
): Promise<TryResult> {
  const startedAt = performance.now()
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Tributary-Webhooks/1',
    ...webhookHeaders(uuidOf(eventId), clock(), payload, secrets),
  }
  const result = await door.post(url, headers, payload, signal)
  const tookMs = Math.round(performance.now() - startedAt)
  if ('failure' in result) return { error: result.failure, tookMs }
  const { status, retryAfter, excerpt } = result.answer
  return { status, retryAfter, response: excerpt, tookMs }
}

/** The endpoint has it: a deadlock must not send it once more. */
async function settleFirmly(
  delivery: TakenDelivery,
  claim: Buffer,
  result: TryResult,
  { db, clock, random }: SenderContext,
): Promise<Verdict> {
  for (let failures = 1; ; failures++) {
    try {
      return await withTransaction(db, 5_000, (tx) => settleDelivery(tx, delivery, claim, result, clock(), random()))
    } catch (error) {
      if (failureOf(error) !== 'transient' || failures === settleTries) throw error
      await afterMs(backoffMs(failures, random))
    }
  }
}

const afterMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
