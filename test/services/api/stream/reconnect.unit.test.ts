import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { EventBuffer, type StreamEvent } from '../../../../services/api/stream/event-buffer.ts'
import { StreamConnection } from '../../../../services/api/stream/stream-connection.ts'
import { openPosition } from '../../../../services/api/stream/stream-position.ts'

const key = randomBytes(32)
const nothing = Buffer.alloc(16)

/** A topic: for each partition the tenants of its records, in order. */
type TopicRecords = number[][]
const topics = fc.array(fc.array(fc.nat({ max: 2 }), { maxLength: 30 }), { minLength: 1, maxLength: 4 })

const eventAt = (topic: TopicRecords, partition: number, offset: number): StreamEvent => ({
  partition,
  offset,
  tenant: `tenant-${topic[partition]?.[offset]}`,
  leadId: Buffer.alloc(16, 1),
  text: `event: lead\ndata: ${partition}/${offset}\n`,
})

/** A process that reads the topic in an order of its own: which partition comes next is drawn from `choices`. */
function* readsOf(topic: TopicRecords, choices: number[]): Generator<StreamEvent> {
  const next = topic.map(() => 0)
  for (let step = 0; ; step++) {
    const open = next.flatMap((offset, partition) => (offset < (topic[partition]?.length ?? 0) ? [partition] : []))
    const partition = open[(choices[step % choices.length] ?? 0) % Math.max(1, open.length)]
    if (partition === undefined) return
    const offset = next[partition] ?? 0
    next[partition] = offset + 1
    yield eventAt(topic, partition, offset)
  }
}

/** What a listener has got: places of events, each with the id that came with it. */
function received(connection: StreamConnection): { place: string; id: string }[] {
  const text = String((connection.body.read() as Buffer | null) ?? '')
  return [...text.matchAll(/data: (\d+\/\d+)\nid: (\S+)\n\n/g)].map(([, place, id]) => ({ place: String(place), id: String(id) }))
}

const listen = (lastEventId?: string) =>
  new StreamConnection(
    { tenantId: 1, tenant: 'tenant-1', principal: 'p', lastEventId, isStillAllowed: async () => true },
    key,
    () => undefined,
  )

const deliver = (buffer: EventBuffer, connection: StreamConnection) => {
  if (connection.place !== undefined) connection.deliver(buffer.eventsBehind('tenant-1', connection.place), buffer.lastNumber(), nothing)
}

describe('a listener that comes back', () => {
  it('gets every event of its tenant exactly once and in the order of its partition, or is told to load again, whichever process it comes back to', () => {
    const choices = fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 20 })
    const most = fc.integer({ min: 1, max: 60 })
    let gaps = 0
    let resumed = 0
    fc.assert(
      fc.property(
        topics,
        choices,
        choices,
        fc.nat({ max: 120 }),
        fc.nat({ max: 120 }),
        fc.nat({ max: 40 }),
        most,
        (topic, mine, others, seen, ahead, cut, held) => {
          const first = new EventBuffer(1_000, 1e9)
          first.begin(topic.map(() => 0))
          const before = listen()
          before.begin('ready', first.placeAtEnd())
          for (const event of [...readsOf(topic, mine)].slice(0, seen)) {
            first.append(event)
            deliver(first, before)
          }
          // The connection breaks after any event; what was under way is lost.
          const got = received(before).slice(0, cut)
          const lastId = got.at(-1)?.id
          if (lastId === undefined) return

          const second = new EventBuffer(held, 1e9)
          second.begin(topic.map(() => 0))
          const reads = [...readsOf(topic, others)]
          for (const event of reads.slice(0, ahead)) second.append(event)
          const after = listen(lastId)
          const place = second.placeAt(openPosition(key, 1, lastId) ?? [])
          if (place === undefined) {
            gaps++
            return
          }
          resumed++
          after.begin('ready', place)
          deliver(second, after)
          for (const event of reads.slice(ahead)) {
            second.append(event)
            // A buffer of one event is overtaken at each step by a tenant's own; the listener would be cut.
            if (after.place !== undefined && second.hasLost('tenant-1', after.place)) return
            deliver(second, after)
          }
          const all = [...got, ...received(after)].map((event) => event.place)
          expect(new Set(all).size).toBe(all.length)
          const expected = topic.flatMap((records, partition) =>
            records.flatMap((tenant, offset) => (tenant === 1 ? [`${partition}/${offset}`] : [])),
          )
          expect([...all].sort()).toEqual([...expected].sort())
          for (const partition of topic.keys()) {
            const offsets = all.filter((place) => place.startsWith(`${partition}/`)).map((place) => Number(place.split('/')[1]))
            expect(offsets).toEqual([...offsets].sort((a, b) => a - b))
          }
        },
      ),
      { numRuns: 2_000 },
    )
    expect(gaps).toBeGreaterThan(10)
    expect(resumed).toBeGreaterThan(100)
  })

  it('is told to load again when reading began anew meanwhile, or its id is of a topic with other partitions', () => {
    const buffer = new EventBuffer(10, 1e9)
    buffer.begin([5, 5])
    expect(buffer.placeAt([5, 5])).toBeDefined()
    expect(buffer.placeAt([5])).toBeUndefined()
    expect(buffer.placeAt([5, 6])).toBeUndefined()
    expect(buffer.placeAt([4, 5])).toBeUndefined()
    const place = buffer.placeAtEnd()
    buffer.begin([9, 9])
    expect(buffer.hasLost('tenant-1', place)).toBe(true)
  })
})

describe('the buffer of events', () => {
  it('holds no more than it may, by count and by bytes', () => {
    const counted = new EventBuffer(3, 1e9)
    counted.begin([0])
    const weighed = new EventBuffer(1_000, 2_000)
    weighed.begin([0])
    const topic = [Array.from({ length: 50 }, () => 1)]
    const start = counted.placeAtEnd()
    for (const event of readsOf(topic, [0])) {
      counted.append(event)
      weighed.append(event)
    }
    expect([...counted.eventsBehind('tenant-1', start)].map(({ offset }) => offset)).toEqual([47, 48, 49])
    expect([...weighed.eventsBehind('tenant-1', start)].length).toBeLessThan(7)
    expect(counted.hasLost('tenant-1', start)).toBe(true)
  })

  it('does not count the loss of others as a loss', () => {
    const buffer = new EventBuffer(2, 1e9)
    buffer.begin([0])
    const place = buffer.placeAtEnd()
    for (const event of readsOf([[0, 0, 0, 0, 1]], [0])) buffer.append(event)
    expect(buffer.hasLost('tenant-1', place)).toBe(false)
    expect(buffer.hasLost('tenant-0', place)).toBe(true)
  })
})

describe('a stream', () => {
  const events = (count: number) => readsOf([Array.from({ length: count }, () => 1)], [0])

  it('stops taking events when its socket does, keeps its place, and goes on from there', () => {
    const buffer = new EventBuffer(100_000, 1e9)
    buffer.begin([0])
    let drained = 0
    const stream = new StreamConnection(
      { tenantId: 1, tenant: 'tenant-1', principal: 'p', lastEventId: undefined, isStillAllowed: async () => true },
      key,
      () => drained++,
    )
    stream.begin('ready', buffer.placeAtEnd())
    for (const event of events(20_000)) buffer.append(event)
    deliver(buffer, stream)
    expect(stream.isBlocked).toBe(true)
    expect(stream.body.readableLength).toBeLessThan(128 * 1024)
    const got: string[] = []
    for (let turns = 0; turns < 1_000 && got.length < 20_000; turns++) {
      got.push(...received(stream).map(({ place }) => place))
      deliver(buffer, stream)
    }
    expect(drained).toBeGreaterThan(5)
    expect(got).toEqual(Array.from({ length: 20_000 }, (_, offset) => `0/${offset}`))
  })

  it('leaves out leads below the bound of the plan, and goes past them', () => {
    const buffer = new EventBuffer(100, 1e9)
    buffer.begin([0])
    const stream = listen()
    stream.begin('ready', buffer.placeAtEnd())
    for (const event of events(4)) buffer.append({ ...event, leadId: Buffer.alloc(16, event.offset) })
    if (stream.place !== undefined) stream.deliver(buffer.eventsBehind('tenant-1', stream.place), buffer.lastNumber(), Buffer.alloc(16, 2))
    expect(received(stream).map(({ place }) => place)).toEqual(['0/2', '0/3'])
    deliver(buffer, stream)
    expect(received(stream)).toEqual([])
  })

  it('brings its position along with a sign of life, so that a quiet listener need not load again', () => {
    const buffer = new EventBuffer(2, 1e9)
    buffer.begin([0])
    const stream = listen()
    stream.begin('ready', buffer.placeAtEnd())
    for (const event of readsOf([Array.from({ length: 30 }, () => 0)], [0])) buffer.append(event)
    stream.beat(buffer.placeAtEnd().position)
    const text = String(stream.body.read() as Buffer)
    const [, id] = /: still here\nid: (\S+)\n\n/.exec(text) ?? []
    expect(openPosition(key, 1, id ?? '')).toEqual([30])
  })
})
