import type { Knex } from 'knex'
import { withAdmin } from '../platform/kafka/admin.ts'
import type { KafkaSettings } from '../platform/kafka/client.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import { quietLog } from './surroundings.ts'

export type Lag = { group: string; topic: string; partition: number; nextOffset: number; end: number; lag: number; updatedAt: number }

/** How far each cursor is behind the end of its partition; a negative lag means that the topic was made anew. */
export async function readLag(db: Knex, settings: KafkaSettings): Promise<Lag[]> {
  const cursors = await transactionOn(db).select<{
    group_id: string
    topic: string
    partition: number
    next_offset: number
    updated_at: number
  }>(
    'SELECT group_id, topic, `partition` AS `partition`, next_offset, updated_at FROM consumer_cursor ORDER BY group_id, topic, `partition`',
  )
  return await withAdmin(settings, quietLog(), async (admin) => {
    const ends = new Map<string, Map<number, number>>()
    for (const topic of new Set(cursors.map((cursor) => cursor.topic)))
      ends.set(topic, new Map((await admin.partitionEnds(topic)).map(({ partition, high }) => [partition, high])))
    return cursors.map(({ group_id, topic, partition, next_offset, updated_at }) => {
      const end = ends.get(topic)?.get(partition) ?? 0
      return {
        group: group_id,
        topic,
        partition,
        nextOffset: Number(next_offset),
        end,
        lag: end - Number(next_offset),
        updatedAt: updated_at,
      }
    })
  })
}
