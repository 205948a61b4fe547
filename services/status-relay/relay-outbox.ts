import type { Knex } from 'knex'
import { uuidOf } from '../leads/event-identity.ts'
import { markPublished, pendingShards, readOutbox, type OutboxPosition, type OutboxRow } from '../leads/outbox.ts'
import { findSubscribers, queueDeliveries, type Subscriber } from '../leads/webhook-deliveries.ts'
import { codeOf } from '../platform/errors.ts'
import type { Encoder } from '../platform/kafka/encode.ts'
import type { OutgoingRecord } from '../platform/kafka/producer.ts'
import type { Metrics } from '../platform/metrics.ts'
import { transactionOn, withTransaction, type Transaction } from '../platform/mysql/transaction.ts'
import { headersOf, toActivity, toStatus } from './to-records.ts'

export type RelayContext = {
  db: Knex
  prefix: string
  encodeActivity: Encoder<'lead.activity'>
  encodeStatus: Encoder<'lead.status'>
  send(records: OutgoingRecord[]): Promise<void>
  metrics: Metrics
  now(): Date
}

const mostRows = 1000
const mostBytes = 1_000_000
const markTries = 3

/** Where each shard goes on. A round goes through a shard and begins anew, so that a lead that never rests cannot hold up the others. */
export type Positions = Map<number, OutboxPosition>

/**
 * One turn of the relay over the shards that it holds: reads unpublished rows, sends them in one go, and marks them once the broker has acknowledged all of them.
 * A crash in between sends them again: at least once, in order per lead. Webhooks are queued together with the mark. Answers how many rows were published.
 */
export async function relayOutbox(shards: readonly number[], positions: Positions, context: RelayContext): Promise<number> {
  const rows: OutboxRow[] = []
  let bytes = 0
  const pending = await pendingShards(transactionOn(context.db), shards)
  const limit = Math.ceil(mostRows / Math.max(1, pending.length))
  for (const shard of pending) {
    const found = await readOutbox(transactionOn(context.db), shard, positions.get(shard), limit)
    const last = found.at(-1)
    if (last === undefined || found.length < limit) positions.delete(shard)
    else positions.set(shard, { shard, tenantId: last.tenantId, leadId: last.leadId, sequence: last.sequence })
    rows.push(...found)
    bytes += found.reduce((sum, row) => sum + row.bytes, 0)
    if (bytes >= mostBytes) break
  }
  if (rows.length === 0) return 0
  // The record's time is that of sending: retention counts from it, and a lead of last year must not be deleted before it is read.
  const records = rows.flatMap((row) => toOutgoing(row, context))
  // Looked up while the broker works, so that it takes no time of its own; looked at only once the broker has acknowledged.
  const lookup = findSubscribers(transactionOn(context.db), [...new Set(rows.map((row) => row.tenantId))])
  lookup.catch(() => undefined)
  await context.send(records)
  await markAndQueue(rows, await lookup, context)
  for (const { topic } of records) context.metrics.count('tributary_published_total', { topic })
  return rows.length
}

/** Marks the rows and queues their webhooks, both or neither: none is lost, and none is queued for an event that is not published. */
async function markAndQueue(rows: readonly OutboxRow[], subscribers: readonly Subscriber[], { db, now }: RelayContext): Promise<void> {
  if (subscribers.length === 0) return markPublished(transactionOn(db), rows, now())
  const work = async (tx: Transaction) => {
    await markPublished(tx, rows, now())
    await queueDeliveries(tx, rows, subscribers, now())
  }
  for (let tries = 1; ; tries++) {
    try {
      return await withTransaction(db, 10_000, work)
    } catch (error) {
      // The broker has the records: a deadlock must not send them all once more.
      if (codeOf(error) !== 'database-deadlock' || tries === markTries) throw error
    }
  }
}

function toOutgoing(row: OutboxRow, { prefix, encodeActivity, encodeStatus }: RelayContext): OutgoingRecord[] {
  const shared = { key: `${row.tenant}:${uuidOf(row.leadId)}`, headers: headersOf(row) }
  const status = toStatus(row)
  return [
    { ...shared, topic: `${prefix}lead.activity`, value: encodeActivity(toActivity(row)) },
    ...(status === undefined ? [] : [{ ...shared, topic: `${prefix}lead.status`, value: encodeStatus(status) }]),
  ]
}
