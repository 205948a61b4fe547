import type { Knex } from 'knex'
import { TributaryError, failureOf } from '../errors.ts'
import type { KafkaRecord } from '../kafka/consumer.ts'
import type { Decoder } from '../kafka/decode.ts'
import { advanceCursor, lockCursor } from '../mysql/cursor.ts'
import { withTransaction } from '../mysql/transaction.ts'
import { parkDeadLetters } from './dead-letter.ts'
import type { Received, Subscription } from './define-worker.ts'
import { countEvents } from './event-counts.ts'
import type { Outcome } from './outcome.ts'

/** A slice of a fetched batch of one partition. `resumeAt` is the offset that the cursor moves to. */
export type WorkUnit = { topic: string; partition: number; records: KafkaRecord[]; resumeAt: number }

export type UnitContext = {
  db: Knex
  worker: string
  groupId: string
  subscription: Subscription
  decoder: Decoder
  deadlineMs: number
  now: Date
}

export type UnitResult = {
  outcomes: { record: KafkaRecord; outcome: Outcome }[]
  replayed: number
  decodeMs: number
  transactionMs: number
}

type Decoded = { record: KafkaRecord; received: Received<{ source?: string }> } | { record: KafkaRecord; rejection: Outcome }

/**
 * The turn of a worker: one unit, one transaction (DESIGN D1). Locks the cursor, drops what lies below it, lets the handler work on what could be decoded,
 * parks what could not, counts every event once, moves the cursor, commits. Run again, at any time and by anybody, it changes nothing.
 * Throws when nothing was done: kind transient to be tried again later, else unknown.
 */
export async function processUnit(unit: WorkUnit, context: UnitContext): Promise<UnitResult> {
  const startedAt = performance.now()
  await context.decoder.prepare(unit.records.map(({ value }) => value))
  const decoded = unit.records.map((record) => decodeRecord(record, context.decoder))
  const decodedAt = performance.now()
  const key = { groupId: context.groupId, topic: unit.topic, partition: unit.partition }

  const result = await withTransaction(context.db, context.deadlineMs, async (tx) => {
    const cursor = await lockCursor(tx, key)
    const fresh = decoded.filter(({ record }) => record.offset >= cursor)
    const outcomes = await handleAll(fresh, context, (events) => context.subscription.handle(events as never, { tx, now: context.now }))
    const at = { worker: context.worker, topic: unit.topic, partition: unit.partition }
    const rejected = outcomes.flatMap(({ record, outcome }) =>
      outcome.outcome === 'rejected' ? [{ ...at, record, rejection: outcome }] : [],
    )
    await parkDeadLetters(tx, rejected, context.now)
    await countEvents(
      tx,
      at,
      outcomes.map(({ record, outcome, source }) => ({ source, receivedAt: record.timestamp, outcome })),
    )
    if (unit.resumeAt > cursor) await advanceCursor(tx, key, unit.resumeAt, context.now)
    return { outcomes, replayed: decoded.length - fresh.length }
  })
  return { ...result, decodeMs: decodedAt - startedAt, transactionMs: performance.now() - decodedAt }
}

async function handleAll(fresh: Decoded[], context: UnitContext, handle: (events: Received<{ source?: string }>[]) => Promise<Outcome[]>) {
  const readable = fresh.flatMap((item) => ('received' in item ? [item.received] : []))
  const handled = readable.length === 0 ? [] : await handle(readable)
  if (handled.length !== readable.length)
    throw new Error(`${context.worker} answered ${handled.length} outcomes for ${readable.length} events`)
  let next = 0
  return fresh.map((item) => {
    if ('rejection' in item) return { record: item.record, outcome: item.rejection, source: '' }
    return { record: item.record, outcome: handled[next++] as Outcome, source: (item.received.event.source ?? '').slice(0, 64) }
  })
}

function decodeRecord(record: KafkaRecord, decoder: Decoder): Decoded {
  try {
    const event = decoder.decode(record.value) as { source?: string }
    return { record, received: { event, receivedAt: record.timestamp, isReplay: record.headers['replay'] !== undefined } }
  } catch (error) {
    if (!(error instanceof TributaryError) || failureOf(error) !== 'poison') throw error
    return { record, rejection: { outcome: 'rejected', code: error.code, reason: error.message, tenantId: 0 } }
  }
}

/** Parks the only record of `unit` whatever is wrong with it: its handler failed again and again for a reason that nobody foresaw. */
export async function parkUnit(unit: WorkUnit, context: UnitContext, error: unknown): Promise<UnitResult> {
  const reason = `The worker failed on this event (${error instanceof Error ? error.name : 'unknown error'}). See its log, then replay the event.`
  const rejected: Outcome = { outcome: 'rejected', code: 'unknown-failure', reason, tenantId: 0 }
  const decoder: Decoder = {
    prepare: async () => undefined,
    decode: () => {
      throw new TributaryError('unknown-failure', rejected.reason)
    },
  }
  return await processUnit(unit, { ...context, decoder })
}
