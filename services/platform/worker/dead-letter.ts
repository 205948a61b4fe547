import { createHash } from 'node:crypto'
import type { KafkaRecord } from '../kafka/consumer.ts'
import type { Transaction } from '../mysql/transaction.ts'
import type { Outcome } from './outcome.ts'

export type DeadLetter = {
  worker: string
  topic: string
  partition: number
  record: KafkaRecord
  rejection: Extract<Outcome, { outcome: 'rejected' }>
}

const columns = [
  'tenant_id',
  'dead_letter_id',
  'worker',
  'topic',
  '`partition`',
  '`offset`',
  'code',
  'reason',
  'record_key',
  'record_value',
  'record_headers',
  'record_at',
  'state',
  'parked_at',
  'relay_pending',
]

/** Parks records, whole, in the transaction that moves the cursor past them: nothing lies between "skipped" and "kept". Parking a record again changes nothing. */
export async function parkDeadLetters(tx: Transaction, letters: readonly DeadLetter[], now: Date): Promise<void> {
  const rows = letters.map(({ worker, topic, partition, record, rejection }) => [
    rejection.tenantId,
    deadLetterId(worker, topic, partition, record),
    worker,
    topic,
    partition,
    record.offset,
    rejection.code,
    rejection.reason.slice(0, 1000),
    record.key,
    record.value,
    JSON.stringify(Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, value.toString('base64')]))),
    new Date(Math.max(0, record.timestamp)),
    'parked',
    now,
    1,
  ])
  await tx.insert(
    'dead_letters',
    columns,
    rows.sort((a, b) => (a[0] as number) - (b[0] as number) || Buffer.compare(a[1] as Buffer, b[1] as Buffer)),
    'tenant_id = VALUES(tenant_id)',
  )
}

// The record's time is part of the id: after a topic was made anew its offsets begin again, and another record must not hide behind an old one.
function deadLetterId(worker: string, topic: string, partition: number, record: KafkaRecord): Buffer {
  return createHash('sha256').update(`${worker}\0${topic}\0${partition}\0${record.offset}\0${record.timestamp}`).digest().subarray(0, 16)
}
