import { describe, expect, it } from '@jest/globals'
import type { KafkaRecord } from '../../../../services/platform/kafka/consumer.ts'
import { cutUnit } from '../../../../services/platform/worker/cut-unit.ts'
import { PartitionFailures, backoffMs } from '../../../../services/platform/worker/retry.ts'

const record = (offset: number, bytes: number): KafkaRecord => ({
  offset,
  timestamp: 0,
  key: null,
  value: Buffer.alloc(bytes),
  headers: {},
})

describe('a unit', () => {
  it('is closed by records, by bytes, or by the end of the batch', () => {
    const records = [1, 2, 3, 4].map((offset) => record(offset, 10))
    expect(cutUnit(records, { maxRecords: 3, maxBytes: 100 })).toMatchObject({ closedBy: 'records', records: { length: 3 } })
    expect(cutUnit(records, { maxRecords: 9, maxBytes: 25 })).toMatchObject({ closedBy: 'bytes', records: { length: 2 } })
    expect(cutUnit(records, { maxRecords: 9, maxBytes: 100 })).toMatchObject({ closedBy: 'end_of_batch', records: { length: 4 } })
  })

  it('has one record at least, however large', () => {
    expect(cutUnit([record(1, 1000)], { maxRecords: 9, maxBytes: 10 }).records).toHaveLength(1)
  })
})

describe('waiting for a dependency', () => {
  it('doubles from 0.2 s to 30 s and never ends', () => {
    expect([1, 2, 3, 8, 9, 100].map((attempt) => backoffMs(attempt, () => 1))).toEqual([200, 400, 800, 25_600, 30_000, 30_000])
    expect(backoffMs(3, () => 0)).toBe(400)
  })
})

describe('an unknown failure', () => {
  it('is narrowed down by halving until one event stands alone, which is parked after three failures', () => {
    const failures = new PartitionFailures(500)
    const sizes: number[] = []
    let size = 500
    for (let tries = 0; tries < 20; tries++) {
      const next = failures.failedUnexpectedly(size, () => 0.5)
      if (next === 'park') break
      size = failures.unitSize
      sizes.push(size)
    }
    expect(sizes).toEqual([250, 125, 62, 31, 15, 7, 3, 1, 1, 1])
  })

  it('is forgotten step by step when units succeed again', () => {
    const failures = new PartitionFailures(500)
    failures.failedUnexpectedly(500, () => 0.5)
    failures.succeeded()
    expect(failures.unitSize).toBe(500)
  })
})
