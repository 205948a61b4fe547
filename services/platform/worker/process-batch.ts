import type { Logger } from 'pino'
import { codeOf, failureOf } from '../errors.ts'
import type { BatchResult, FetchedBatch } from '../kafka/consumer.ts'
import type { Metrics } from '../metrics.ts'
import { recordGap } from '../mysql/cursor.ts'
import { transactionOn } from '../mysql/transaction.ts'
import { cutUnit, type UnitLimits } from './cut-unit.ts'
import type { Health } from './health.ts'
import { parkUnit, processUnit, type UnitContext, type UnitResult, type WorkUnit } from './process-unit.ts'
import type { PartitionFailures } from './retry.ts'

export type BatchContext = Omit<UnitContext, 'now'> & {
  limits: UnitLimits
  metrics: Metrics
  health: Health
  log: Logger
  clock: () => number
  random: () => number
}

/** What a partition remembers between batches: its failures, the next offset as far as known, and the offset it was sought back to. */
export type PartitionState = { failures: PartitionFailures; next: number; soughtFrom: number | undefined }

/**
 * Works through one fetched batch, unit by unit, and says where to read on. Never throws because of a record or a dependency; it throws what `beat` throws
 * (the group rebalances) and errors of kind fatal.
 */
export async function processBatch(
  batch: FetchedBatch,
  state: PartitionState,
  context: BatchContext,
  beat: () => Promise<void>,
  isStale: () => boolean,
): Promise<BatchResult> {
  if (batch.fetchedFrom > state.next) {
    // The fetch began beyond the cursor: somebody moved the committed offset, or retention ate the records between. Ask once more; then it is a gap (D1).
    if (state.soughtFrom !== state.next) {
      state.soughtFrom = state.next
      return { seek: state.next }
    }
    await noteGap(batch, state, context)
  }
  state.soughtFrom = undefined

  setLag(batch, state, context)
  let resolved: number | undefined
  let rest = batch.records
  while (rest.length > 0) {
    if (isStale()) {
      context.metrics.count('tributary_units_total', { worker: context.worker, result: 'abandoned' })
      return resolved === undefined ? {} : { resolved }
    }
    const slice = cutUnit(rest, { ...context.limits, maxRecords: Math.min(context.limits.maxRecords, state.failures.unitSize) })
    const isLast = slice.records.length === rest.length
    const lastOffset = isLast ? batch.lastOffset : (slice.records.at(-1)?.offset ?? batch.lastOffset)
    const unit = { topic: batch.topic, partition: batch.partition, records: slice.records, resumeAt: lastOffset + 1 }
    const pauseMs = await tryUnit(unit, state, context, slice.closedBy)
    if (pauseMs !== undefined) return { ...(resolved === undefined ? {} : { resolved }), seek: state.next, pauseMs }
    resolved = lastOffset
    state.next = unit.resumeAt
    rest = rest.slice(slice.records.length)
    await beat()
  }
  setLag(batch, state, context)
  return { resolved: resolved ?? batch.lastOffset }
}

// Before the work too: a partition whose units fail has to show how far it is behind.
function setLag(batch: FetchedBatch, state: PartitionState, { metrics, worker }: BatchContext): void {
  metrics.set('tributary_consumer_lag', { worker, topic: batch.topic, partition: batch.partition }, Math.max(0, batch.end - state.next))
}

/** Runs one unit; answers how long to leave the partition alone when it failed. */
async function tryUnit(unit: WorkUnit, state: PartitionState, context: BatchContext, closedBy: string): Promise<number | undefined> {
  const { worker, metrics, log, health } = context
  const at = { topic: unit.topic, partition: unit.partition, offset: unit.records[0]?.offset, records: unit.records.length }
  try {
    const result = await processUnit(unit, { ...context, now: new Date(context.clock()) })
    state.failures.succeeded()
    health.isBack('database')
    health.isBack('registry')
    report(unit, result, context, closedBy)
    return undefined
  } catch (error) {
    metrics.count('tributary_units_total', { worker, result: 'retried' })
    metrics.count('tributary_retries_total', { worker, cause: codeOf(error) })
    if (failureOf(error) === 'fatal') throw error
    if (failureOf(error) === 'transient') {
      const pauseMs = state.failures.failedTransiently(context.random)
      if (codeOf(error) === 'database-unavailable') health.isAway('database', codeOf(error))
      if (codeOf(error) === 'registry-unavailable') health.isAway('registry', codeOf(error))
      log.warn({ ...at, pauseMs, err: error }, 'a dependency failed; the partition waits and the unit is run again')
      metrics.count('tributary_loop_seconds_total', { worker, activity: 'backoff' }, pauseMs / 1000)
      return pauseMs
    }
    const next = state.failures.failedUnexpectedly(unit.records.length, context.random)
    if (next !== 'park') {
      log.warn({ ...at, pauseMs: next, err: error }, 'a unit failed for an unknown reason; a smaller one is tried')
      return next
    }
    log.error({ ...at, err: error }, 'one event failed three times alone; it is parked as a dead letter')
    report(unit, await parkUnit(unit, { ...context, now: new Date(context.clock()) }, error), context, closedBy)
    state.failures.succeeded()
    return undefined
  }
}

function report(
  unit: WorkUnit,
  { outcomes, replayed, decodeMs, transactionMs }: UnitResult,
  { worker, metrics, health, log, clock }: BatchContext,
  closedBy: string,
): void {
  const { topic } = unit
  const nowMs = clock()
  const counts = new Map<string, number>()
  for (const { record, outcome } of outcomes) {
    const word = outcome.outcome === 'skipped' ? outcome.reason : outcome.outcome
    counts.set(word, (counts.get(word) ?? 0) + 1)
    metrics.observe('tributary_event_age_seconds', { worker, topic }, Math.max(0, nowMs - record.timestamp) / 1000)
    if (outcome.outcome === 'rejected') {
      metrics.count('tributary_dead_letters_total', { worker, code: outcome.code })
      log.warn({ topic, partition: unit.partition, offset: record.offset, code: outcome.code }, 'an event was parked as a dead letter')
    }
  }
  for (const [outcome, count] of counts) metrics.count('tributary_events_total', { worker, topic, outcome }, count)
  if (replayed > 0) metrics.count('tributary_events_total', { worker, topic, outcome: 'replayed' }, replayed)
  metrics.count('tributary_units_total', { worker, result: 'committed' })
  metrics.count('tributary_unit_closed_total', { worker, reason: closedBy })
  metrics.observe('tributary_unit_events', { worker }, unit.records.length)
  metrics.observe('tributary_unit_seconds', { worker }, (decodeMs + transactionMs) / 1000)
  metrics.count('tributary_loop_seconds_total', { worker, activity: 'decode' }, decodeMs / 1000)
  metrics.count('tributary_loop_seconds_total', { worker, activity: 'handle' }, transactionMs / 1000)
  const last = unit.records.at(-1)
  if (last !== undefined) metrics.set('tributary_last_event_timestamp_seconds', { worker, topic }, last.timestamp / 1000)
  health.progressed()
  log.debug(
    { topic, partition: unit.partition, from: unit.records[0]?.offset, to: unit.resumeAt, ...Object.fromEntries(counts) },
    'a unit was committed',
  )
}

async function noteGap(batch: FetchedBatch, state: PartitionState, context: BatchContext): Promise<void> {
  const key = { groupId: context.groupId, topic: batch.topic, partition: batch.partition }
  await recordGap(transactionOn(context.db), key, state.next, batch.fetchedFrom, new Date(context.clock()))
  context.metrics.count('tributary_cursor_gaps_total', { worker: context.worker, topic: batch.topic })
  context.log.error(
    { topic: batch.topic, partition: batch.partition, from: state.next, to: batch.fetchedFrom },
    'retention removed records before they were read; the range is kept in cursor_gaps',
  )
  state.next = batch.fetchedFrom
}
