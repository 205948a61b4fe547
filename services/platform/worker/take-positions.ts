import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { TopicPartition } from '../kafka/consumer.ts'
import type { PartitionEnds } from '../kafka/admin.ts'
import type { Metrics } from '../metrics.ts'
import { advanceCursor, openCursor, recordGap } from '../mysql/cursor.ts'
import { withTransaction } from '../mysql/transaction.ts'

export type PositionContext = {
  db: Knex
  worker: string
  groupId: string
  metrics: Metrics
  log: Logger
  now: Date
  endsOf(topic: string): Promise<PartitionEnds[]>
}

/**
 * Where to start each assigned partition: at its cursor row, whatever Kafka's committed offset says (D1). A new partition starts at its oldest record.
 * A cursor below the oldest record is a gap: noted, then passed. A cursor beyond the end means that the topic was made anew: that partition is left out, loudly.
 */
export async function takePositions(
  assigned: readonly TopicPartition[],
  context: PositionContext,
): Promise<(TopicPartition & { offset: number })[]> {
  const { worker, groupId, metrics, log, now } = context
  const positions: (TopicPartition & { offset: number })[] = []
  const ends = new Map<string, PartitionEnds[]>()
  for (const { topic, partition } of assigned) {
    const ofTopic = ends.get(topic) ?? (await context.endsOf(topic))
    ends.set(topic, ofTopic)
    const { low, high } = ofTopic.find((end) => end.partition === partition) ?? { low: 0, high: 0 }
    const key = { groupId, topic, partition }
    const offset = await withTransaction(context.db, 10_000, async (tx) => {
      const cursor = await openCursor(tx, key, low, now)
      if (cursor >= low) return cursor
      await recordGap(tx, key, cursor, low, now)
      await advanceCursor(tx, key, low, now)
      metrics.count('tributary_cursor_gaps_total', { worker, topic })
      log.error(
        { topic, partition, from: cursor, to: low },
        'retention removed records before they were read; the range is kept in cursor_gaps',
      )
      return low
    })
    const isRecreated = offset > high
    metrics.set('tributary_partition_stopped', { worker, topic, partition }, Number(isRecreated))
    metrics.set('tributary_consumer_lag', { worker, topic, partition }, Math.max(0, high - offset))
    if (isRecreated)
      log.error(
        { topic, partition, cursor: offset, end: high },
        'the cursor is beyond the end of the partition: the topic was made anew. The partition is stopped; see runbook TributaryPartitionStopped',
      )
    else positions.push({ topic, partition, offset })
  }
  metrics.set('tributary_assigned_partitions', { worker }, positions.length)
  return positions
}
