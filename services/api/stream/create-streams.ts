import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Metrics } from '../../platform/metrics.ts'
import { sharedSecret } from '../../platform/mysql/shared-secret.ts'
import { EventBuffer } from './event-buffer.ts'
import { createPlanGate } from './plan-gate.ts'
import { StreamConnections, type StreamSettings } from './stream-connections.ts'

export type Streams = { buffer: EventBuffer; connections: StreamConnections }

const settings: StreamSettings & BufferSettings = {
  heartbeatMs: 15_000,
  checkMs: 30_000,
  stalledMs: 60_000,
  mostPerPrincipal: 12,
  mostPerProcess: 2_000,
  mostEvents: 20_000,
  mostBytes: 32 * 1024 * 1024,
}
export type BufferSettings = { mostEvents: number; mostBytes: number }

/** The streams of this process, to be filled by `tailActivity`. */
export function createStreams(
  { db, clock, log, metrics }: { db: Knex; clock(): Date; log: Logger; metrics: Metrics },
  change: Partial<StreamSettings & BufferSettings> = {},
): Streams {
  const { mostEvents, mostBytes, ...rest } = { ...settings, ...change }
  const buffer = new EventBuffer(mostEvents, mostBytes)
  const key = sharedSecret(db, 'stream-position', clock)
  return { buffer, connections: new StreamConnections(buffer, createPlanGate(db), key, rest, { log, metrics }) }
}
