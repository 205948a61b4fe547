import type { KafkaRecord } from '../kafka/consumer.ts'

export type UnitLimits = { maxRecords: number; maxBytes: number }

/** The first records of `records` that make a unit: at most `maxRecords` and `maxBytes`, and at least one, however large. */
export function cutUnit(
  records: readonly KafkaRecord[],
  limits: UnitLimits,
): { records: KafkaRecord[]; closedBy: 'records' | 'bytes' | 'end_of_batch' } {
  let bytes = 0
  for (const [index, record] of records.entries()) {
    if (index >= limits.maxRecords) return { records: records.slice(0, index), closedBy: 'records' }
    bytes += record.value?.length ?? 0
    if (index > 0 && bytes > limits.maxBytes) return { records: records.slice(0, index), closedBy: 'bytes' }
  }
  return { records: [...records], closedBy: 'end_of_batch' }
}
