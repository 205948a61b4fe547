import type { Random } from '../random.ts'
import type { GeneratedRecord } from './generated-record.ts'

/** The records of each partition of each topic, in their order. */
export function lanesOf(records: readonly GeneratedRecord[]): GeneratedRecord[][] {
  const lanes = new Map<string, GeneratedRecord[]>()
  for (const record of records) {
    const name = `${record.topic}/${record.partition}`
    const lane = lanes.get(name)
    if (lane) lane.push(record)
    else lanes.set(name, [record])
  }
  return [...lanes.values()]
}

/** One of the orders in which concurrent readers may meet records: partitions keep theirs. Half of the time one partition is read to its end before the next. */
export function interleaveLanes(records: readonly GeneratedRecord[], random: Random): GeneratedRecord[] {
  const lanes = lanesOf(records)
  if (random.chance(0.5)) return random.shuffle(lanes).flat()
  const turns = random.shuffle(lanes.flatMap((lane, index) => lane.map(() => index)))
  const next = lanes.map(() => 0)
  return turns.map((index) => {
    const place = next[index] ?? 0
    next[index] = place + 1
    return lanes[index]?.[place] as GeneratedRecord
  })
}
