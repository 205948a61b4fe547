import type { Knex } from 'knex'
import type { Encoder } from '../platform/kafka/encode.ts'
import type { OutgoingRecord } from '../platform/kafka/producer.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { ShardLeases } from '../platform/mysql/leases.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import { markRelayed, readUnrelayed, toDeadLetterRecord } from '../platform/worker/dead-letter-relay.ts'
import { relayOutbox, type Positions } from './relay-outbox.ts'

export type RelayParts = {
  db: Knex
  prefix: string
  outbox: ShardLeases
  deadLetters: ShardLeases
  send(records: OutgoingRecord[]): Promise<void>
  encoders(): Promise<{ activity: Encoder<'lead.activity'>; status: Encoder<'lead.status'> }>
  metrics: Metrics
}

const idleMs = 100
// Leases last 15 s; renewing every 5 s leaves room for a slow send.
const renewMs = 5_000

/** The relay of one process: holds shards of the outbox, publishes what is in them, one send in flight. */
export function createRelay({ db, prefix, outbox, deadLetters, send, encoders, metrics }: RelayParts) {
  const positions: Positions = new Map()
  let encode: Awaited<ReturnType<typeof encoders>> | undefined
  let shards: number[] = []
  let holdsDeadLetters = false
  let renewAt = 0

  const renew = async () => {
    shards = await outbox.hold()
    holdsDeadLetters = (await deadLetters.hold()).length > 0
    for (const shard of positions.keys()) if (!shards.includes(shard)) positions.delete(shard)
    metrics.set('tributary_leased_shards', {}, shards.length)
    renewAt = performance.now() + renewMs
  }

  const relayDeadLetters = async (): Promise<number> => {
    const letters = await readUnrelayed(transactionOn(db))
    if (letters.length === 0) return 0
    await send(letters.map((letter) => toDeadLetterRecord(letter, `${prefix}tributary.dead-letter`)))
    await markRelayed(transactionOn(db), letters)
    metrics.count('tributary_published_total', { topic: `${prefix}tributary.dead-letter` }, letters.length)
    return letters.length
  }

  return {
    prepare: async () => {
      await outbox.prepare()
      await deadLetters.prepare()
    },
    /** One turn; answers how long to wait before the next. */
    turn: async (): Promise<number> => {
      encode ??= await encoders()
      if (performance.now() >= renewAt) await renew()
      const published = await relayOutbox(shards, positions, {
        db,
        prefix,
        encodeActivity: encode.activity,
        encodeStatus: encode.status,
        send,
        metrics,
        now: () => new Date(),
      })
      const parked = holdsDeadLetters ? await relayDeadLetters() : 0
      return published + parked > 0 ? 0 : idleMs
    },
    release: async () => {
      await outbox.release()
      await deadLetters.release()
    },
  }
}
