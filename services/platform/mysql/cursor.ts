import type { Transaction } from './transaction.ts'

export type CursorKey = { groupId: string; topic: string; partition: number }

/** Makes the cursor row of a partition, at `offset`, unless it exists; answers the offset it stands at. */
export async function openCursor(tx: Transaction, key: CursorKey, offset: number, now: Date): Promise<number> {
  await tx.insert(
    'consumer_cursor',
    ['group_id', 'topic', '`partition`', 'next_offset', 'updated_at'],
    [[key.groupId, key.topic, key.partition, offset, now]],
    'group_id = VALUES(group_id)',
  )
  return await lockCursor(tx, key)
}

/** Locks the cursor row of a partition until the transaction ends; answers the next offset to be worked on. Two owners of one partition (zombies) wait for each other here. */
export async function lockCursor(tx: Transaction, key: CursorKey): Promise<number> {
  const [row] = await tx.select<{ next_offset: number }>(
    'SELECT next_offset FROM consumer_cursor WHERE group_id = ? AND topic = ? AND `partition` = ? FOR UPDATE',
    [key.groupId, key.topic, key.partition],
  )
  if (row === undefined) throw new Error(`no cursor for ${key.topic}/${key.partition}`)
  return Number(row.next_offset)
}

/** Moves the locked cursor row forward to `offset`. */
export async function advanceCursor(tx: Transaction, key: CursorKey, offset: number, now: Date): Promise<void> {
  await tx.execute('UPDATE consumer_cursor SET next_offset = ?, updated_at = ? WHERE group_id = ? AND topic = ? AND `partition` = ?', [
    offset,
    now,
    key.groupId,
    key.topic,
    key.partition,
  ])
}

/** Notes that retention removed the records from `firstOffset` up to, not including, `nextOffset` before they were read. */
export async function recordGap(tx: Transaction, key: CursorKey, firstOffset: number, nextOffset: number, now: Date): Promise<void> {
  await tx.insert(
    'cursor_gaps',
    ['group_id', 'topic', '`partition`', 'first_offset', 'next_offset', 'found_at'],
    [[key.groupId, key.topic, key.partition, firstOffset, nextOffset, now]],
    'next_offset = VALUES(next_offset)',
  )
}
