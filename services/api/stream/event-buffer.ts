import type { StreamPosition } from './stream-position.ts'

/** An event of lead.activity as it goes out. `text` is its part of the stream without the id. */
export type StreamEvent = { partition: number; offset: number; tenant: string; leadId: Buffer; text: string }
/** `number` counts the events of all tenants in the order in which this process read them. */
export type BufferedEvent = StreamEvent & { number: number }

/** What a reader holds: all events of its tenant below `position` are known to it, of those up to `number` there is nothing more to look for. */
export type Place = { generation: number; number: number; position: number[] }

// What an event takes beside its text: the object, its places in two lists, the lead's id.
const overheadBytes = 300

/**
 * The last events of all tenants, bounded by count and bytes, in the order in which this process read them. A reader needs no queue of its own: it holds a place here, and is told when
 * what it has not read yet is gone.
 */
export class EventBuffer {
  private readonly mostEvents: number
  private readonly mostBytes: number
  private readonly all = new Queue<BufferedEvent>()
  private readonly byTenant = new Map<string, Queue<BufferedEvent>>()
  /** Number of the last event of a tenant that is gone. */
  private readonly lastGone = new Map<string, number>()
  private bytes = 0
  private number = 0
  private generation = 0
  /** Below it events are gone; what was read is below `end`. */
  private start: number[] = []
  private end: number[] = []

  constructor(mostEvents: number, mostBytes: number) {
    this.mostEvents = mostEvents
    this.mostBytes = mostBytes
  }

  /** Forgets everything and begins at `starts`: places taken before cannot be gone on from. */
  begin(starts: StreamPosition): void {
    this.generation++
    this.all.clear()
    this.byTenant.clear()
    this.lastGone.clear()
    this.bytes = 0
    this.start = [...starts]
    this.end = [...starts]
  }

  /** What was read of `partition` ends before `offset` now. */
  readUpTo(partition: number, offset: number): void {
    this.end[partition] = offset
  }

  append(event: StreamEvent): void {
    const buffered = { ...event, number: ++this.number }
    this.all.push(buffered)
    let queue = this.byTenant.get(event.tenant)
    if (queue === undefined) this.byTenant.set(event.tenant, (queue = new Queue()))
    queue.push(buffered)
    this.bytes += sizeOf(event)
    this.readUpTo(event.partition, event.offset + 1)
    while (this.all.length > this.mostEvents || this.bytes > this.mostBytes) this.forgetOldest()
  }

  /** Number of the last event that was appended. */
  lastNumber(): number {
    return this.number
  }

  /** The place behind everything that was read. */
  placeAtEnd(): Place {
    return { generation: this.generation, number: this.number, position: [...this.end] }
  }

  /** The place of a reader that knows everything below `position`; undefined when something behind it may be gone, or was never read here. */
  placeAt(position: StreamPosition): Place | undefined {
    const isHeld =
      position.length === this.end.length &&
      position.every((offset, partition) => offset >= (this.start[partition] ?? 0) && offset <= (this.end[partition] ?? 0))
    const before = (this.all.first?.number ?? this.number + 1) - 1
    return isHeld ? { generation: this.generation, number: before, position: [...position] } : undefined
  }

  /** Whether events of the tenant are gone that a reader at this place has not seen. */
  hasLost(tenant: string, { generation, number }: Place): boolean {
    return generation !== this.generation || (this.lastGone.get(tenant) ?? 0) > number
  }

  /** Events of the tenant behind the place, in order, some of which may lie below its position. */
  *eventsBehind(tenant: string, { number }: Place): Generator<BufferedEvent> {
    yield* this.byTenant.get(tenant)?.itemsFrom((event) => event.number > number) ?? []
  }

  private forgetOldest(): void {
    const event = this.all.shift()
    if (event === undefined) return
    const queue = this.byTenant.get(event.tenant)
    queue?.shift()
    if (queue?.length === 0) this.byTenant.delete(event.tenant)
    this.lastGone.set(event.tenant, event.number)
    this.start[event.partition] = event.offset + 1
    this.bytes -= sizeOf(event)
  }
}

const sizeOf = ({ text }: StreamEvent) => text.length * 2 + overheadBytes

/** First in, first out, without moving what stays at each step. */
class Queue<Item> {
  private items: (Item | undefined)[] = []
  private head = 0

  get length(): number {
    return this.items.length - this.head
  }

  get first(): Item | undefined {
    return this.items[this.head]
  }

  push(item: Item): void {
    this.items.push(item)
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined
    const item = this.items[this.head]
    this.items[this.head++] = undefined
    if (this.head > 1000 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  clear(): void {
    this.items = []
    this.head = 0
  }

  /** The items from the first that `isBehind` is true of; it is false of all before that one. */
  *itemsFrom(isBehind: (item: Item) => boolean): Generator<Item> {
    let low = this.head
    let high = this.items.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isBehind(this.items[middle] as Item)) high = middle
      else low = middle + 1
    }
    for (let index = low; index < this.items.length; index++) yield this.items[index] as Item
  }
}
