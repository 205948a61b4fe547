import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Migration } from '../mysql/migrate.ts'
import { assertMigrated } from '../mysql/migrate.ts'
import type { Config } from '../config.ts'
import { codeOf, errorCodes, failureOf } from '../errors.ts'
import { withAdmin } from '../kafka/admin.ts'
import type { KafkaSettings } from '../kafka/client.ts'
import { createConsumer, type BatchResult, type FetchedBatch } from '../kafka/consumer.ts'
import { createDecoder } from '../kafka/decode.ts'
import { createRegistry } from '../kafka/registry.ts'
import type { Part } from '../lifecycle.ts'
import type { Metrics } from '../metrics.ts'
import type { Worker } from './define-worker.ts'
import type { Health } from './health.ts'
import { processBatch, type BatchContext, type PartitionState } from './process-batch.ts'
import { PartitionFailures } from './retry.ts'
import { takePositions } from './take-positions.ts'

export type WorkerSettings = KafkaSettings &
  Pick<Config, 'SCHEMA_REGISTRY_URL' | 'KAFKA_SESSION_TIMEOUT_MS' | 'UNIT_MAX_RECORDS' | 'UNIT_MAX_BYTES' | 'UNIT_DEADLINE_MS'>
export type WorkerRuntime = {
  settings: WorkerSettings
  db: Knex
  migrations: readonly Migration[]
  metrics: Metrics
  health: Health
  log: Logger
  onFatal(error: unknown): void
}

/** Consumer group of a worker. */
export const groupOf = (settings: KafkaSettings, worker: string) => settings.KAFKA_PREFIX + worker

/**
 * The consuming part of a worker's process: reads its topics, works them off in units, keeps health and metrics. Starts once the database is at this version;
 * `onFatal` is called when it cannot go on, and the process has to end.
 */
export function runWorker(worker: Worker, runtime: WorkerRuntime): Part {
  const { settings, db, metrics, health, log } = runtime
  const groupId = groupOf(settings, worker.name)
  const registry = createRegistry(settings.SCHEMA_REGISTRY_URL)
  const subscriptions = new Map(
    worker.consumes.map((subscription) => [
      settings.KAFKA_PREFIX + subscription.type.topic,
      { subscription, decoder: createDecoder(subscription.type, registry) },
    ]),
  )
  startSeriesAtZero(worker, [...subscriptions.keys()], metrics)
  const states = new Map<string, PartitionState>()
  const stateOf = (topic: string, partition: number, next: number): PartitionState => {
    const key = `${topic}/${partition}`
    const state = states.get(key) ?? { failures: new PartitionFailures(settings.UNIT_MAX_RECORDS), next, soughtFrom: undefined }
    states.set(key, state)
    return state
  }

  const onBatch = async (batch: FetchedBatch, control: { beat(): Promise<void>; isStale(): boolean }): Promise<BatchResult> => {
    const entry = subscriptions.get(batch.topic)
    if (entry === undefined) return {}
    const state = stateOf(batch.topic, batch.partition, batch.fetchedFrom)
    const context: BatchContext = {
      db,
      worker: worker.name,
      groupId,
      ...entry,
      metrics,
      health,
      log,
      deadlineMs: settings.UNIT_DEADLINE_MS,
      limits: { maxRecords: settings.UNIT_MAX_RECORDS, maxBytes: settings.UNIT_MAX_BYTES },
      clock: Date.now,
      random: Math.random,
    }
    return await processBatch(batch, state, context, control.beat, control.isStale)
  }

  const consumer = createConsumer(
    settings,
    { groupId, topics: [...subscriptions.keys()], sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS },
    {
      positionsFor: async (assigned) => {
        metrics.count('tributary_rebalances_total', { worker: worker.name })
        for (const key of states.keys()) metrics.forget('tributary_consumer_lag', lagLabels(worker.name, key))
        states.clear()
        const positions = await withAdmin(settings, log, (admin) =>
          takePositions(assigned, { db, worker: worker.name, groupId, metrics, log, now: new Date(), endsOf: admin.partitionEnds }),
        )
        for (const { topic, partition, offset } of positions) stateOf(topic, partition, offset)
        health.started()
        health.isBack('kafka')
        return positions
      },
      onBatch: async (batch, control) => {
        try {
          return await onBatch(batch, control)
        } catch (error) {
          // What `beat` throws goes back to the consumer, which rejoins; an error of ours that cannot be waited out ends the process.
          if (failureOf(error) === 'fatal') runtime.onFatal(error)
          if (failureOf(error) === 'transient') {
            log.warn(
              { topic: batch.topic, partition: batch.partition, code: codeOf(error), err: error },
              'a dependency failed between units; the partition waits',
            )
            return { seek: stateOf(batch.topic, batch.partition, batch.fetchedFrom).next, pauseMs: 1_000 }
          }
          throw error
        }
      },
      onFetch: () => {
        health.isBack('kafka')
        health.progressed()
      },
      onAway: () => health.isAway('kafka', 'kafka-unavailable'),
      onDead: (error) => runtime.onFatal(error),
    },
    log,
  )

  return {
    name: `consumer of ${worker.name}`,
    start: async () => {
      await assertMigrated(db, runtime.migrations)
      await consumer.start()
    },
    stop: () => consumer.stop(),
  }
}

function lagLabels(worker: string, key: string) {
  const slash = key.lastIndexOf('/')
  return { worker, topic: key.slice(0, slash), partition: key.slice(slash + 1) }
}

// A counter that first appears with its first count looks to Prometheus as if nothing had been counted.
function startSeriesAtZero({ name }: Worker, topics: readonly string[], metrics: Metrics): void {
  for (const [code, failure] of Object.entries(errorCodes)) {
    if (failure === 'poison') metrics.count('tributary_dead_letters_total', { worker: name, code }, 0)
  }
  for (const topic of topics) {
    metrics.count('tributary_cursor_gaps_total', { worker: name, topic }, 0)
    for (const outcome of ['done', 'duplicate', 'rejected']) metrics.count('tributary_events_total', { worker: name, topic, outcome }, 0)
  }
}
