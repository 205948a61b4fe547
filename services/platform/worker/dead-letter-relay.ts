import type { Transaction } from '../mysql/transaction.ts'
import type { OutgoingRecord } from '../kafka/producer.ts'

export type DeadLetterRow = {
  tenantId: number
  id: Buffer
  worker: string
  topic: string
  partition: number
  offset: number
  code: string
  reason: string
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, string>
  recordAt: number
  parkedAt: number
}

export type DeadLetterDbRow = {
  tenant_id: number
  dead_letter_id: Buffer
  worker: string
  topic: string
  partition: number
  offset: number
  code: string
  reason: string
  record_key: Buffer | null
  record_value: Buffer | null
  record_headers: string
  record_at: number
  parked_at: number
}

export const deadLetterColumns =
  'dead_letters.tenant_id, dead_letters.dead_letter_id, dead_letters.worker, dead_letters.topic, dead_letters.`partition`, dead_letters.`offset`, dead_letters.code, dead_letters.reason, dead_letters.record_key, dead_letters.record_value, dead_letters.record_headers, dead_letters.record_at, dead_letters.parked_at'

/** Dead letters that are not yet in their topic, some at a time. */
export async function readUnrelayed(tx: Transaction): Promise<DeadLetterRow[]> {
  const rows = await tx.select<DeadLetterDbRow>(
    `SELECT ${deadLetterColumns} FROM dead_letters WHERE dead_letters.relay_pending = 1 ORDER BY dead_letters.tenant_id, dead_letters.dead_letter_id LIMIT 50`,
  )
  return rows.map(toDeadLetter)
}

/** Marks dead letters as published to their topic. */
export async function markRelayed(tx: Transaction, letters: readonly DeadLetterRow[]): Promise<void> {
  for (const { tenantId, id } of letters)
    await tx.execute('UPDATE dead_letters SET relay_pending = NULL WHERE tenant_id = ? AND dead_letter_id = ?', [tenantId, id])
}

const connect = '__connect.errors.'

/** The record for the dead-letter topic: key, value and headers as they were, Kafka Connect's header names (KIP-298), and ours. Headers that were there stay. */
export function toDeadLetterRecord(letter: DeadLetterRow, topic: string): OutgoingRecord {
  return {
    topic,
    key: letter.key,
    value: letter.value,
    headers: {
      [`${connect}topic`]: letter.topic,
      [`${connect}partition`]: String(letter.partition),
      [`${connect}offset`]: String(letter.offset),
      [`${connect}connector.name`]: letter.worker,
      [`${connect}task.id`]: '0',
      [`${connect}stage`]: ['contract-broken', 'unknown-tenant', 'event-conflict', 'unknown-failure'].includes(letter.code)
        ? 'TASK_PUT'
        : 'VALUE_CONVERTER',
      [`${connect}class.name`]: letter.worker,
      [`${connect}exception.class.name`]: letter.code,
      [`${connect}exception.message`]: letter.reason,
      'tributary.dead-letter.id': letter.id.toString('hex'),
      'tributary.dead-letter.code': letter.code,
      'tributary.dead-letter.record-at': new Date(letter.recordAt).toISOString(),
      'tributary.dead-letter.parked-at': new Date(letter.parkedAt).toISOString(),
      ...Object.fromEntries(Object.entries(letter.headers).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
    },
  }
}

/** A row of `dead_letters` with ids and headers read. */
export function toDeadLetter(row: DeadLetterDbRow): DeadLetterRow {
  return {
    tenantId: row.tenant_id,
    id: row.dead_letter_id,
    worker: row.worker,
    topic: row.topic,
    partition: row.partition,
    offset: Number(row.offset),
    code: row.code,
    reason: row.reason,
    key: row.record_key,
    value: row.record_value,
    headers: JSON.parse(row.record_headers) as Record<string, string>,
    recordAt: row.record_at,
    parkedAt: row.parked_at,
  }
}

/** How many dead letters wait for a person, and how many are not yet in their topic. */
export async function deadLetterBacklog(tx: Transaction): Promise<{ parked: number; unrelayed: number }> {
  const [parked] = await tx.select<{ letters: number }>("SELECT COUNT(*) AS letters FROM dead_letters WHERE state = 'parked'")
  const [unrelayed] = await tx.select<{ letters: number }>('SELECT COUNT(*) AS letters FROM dead_letters WHERE relay_pending = 1')
  return { parked: Number(parked?.letters ?? 0), unrelayed: Number(unrelayed?.letters ?? 0) }
}
