import { Readable } from 'node:stream'
import type { BufferedEvent, Place } from './event-buffer.ts'
import { sealPosition, type StreamPosition } from './stream-position.ts'

/** Who listens, and with what they come. */
export type Listener = {
  tenantId: number
  tenant: string
  /** Who it is, for the limit of streams that one may have open. */
  principal: string
  lastEventId: string | undefined
  /** Whether the credential still opens the stream. */
  isStillAllowed(): Promise<boolean>
}

// What may wait for the socket beside what the kernel holds. More is not kept: the reader goes on in the buffer of events when this is gone.
const waitingBytes = 64 * 1024
const chunkLength = 16 * 1024

/** One open stream. It is `waiting` until it has a place in the buffer of events, and blocked while its socket takes no more. */
export class StreamConnection {
  readonly listener: Listener
  readonly body: Readable
  /** Undefined until this process has read lead.activity up to its end once. */
  place: Place | undefined
  isLimited: boolean | undefined
  failedChecks = 0
  private readonly key: Buffer
  private blockedSinceMs: number | undefined
  private text = ''

  constructor(listener: Listener, key: Buffer, onDrain: () => void) {
    this.listener = listener
    this.key = key
    this.body = new Readable({
      highWaterMark: waitingBytes,
      read: () => {
        if (this.blockedSinceMs === undefined) return
        this.blockedSinceMs = undefined
        onDrain()
      },
    })
    // A reader that goes away is no failure; `close` tells of it.
    this.body.on('error', () => undefined)
  }

  get isBlocked(): boolean {
    return this.blockedSinceMs !== undefined || this.body.destroyed
  }

  blockedForMs(nowMs: number): number {
    return this.blockedSinceMs === undefined ? 0 : nowMs - this.blockedSinceMs
  }

  /** Puts the reader at `place` and tells it so: `ready` when nothing was missed, `reset` when it has to load the list again. */
  begin(event: 'ready' | 'reset', place: Place): void {
    this.place = place
    this.write(`event: ${event}\n${this.idLine(place.position)}data: {}\n\n`)
    this.flush()
  }

  /** Writes those of `events` that are not known yet and not below `visibleFrom`, until the socket takes no more. Moves the place along. */
  deliver(events: Iterable<BufferedEvent>, upTo: number, visibleFrom: Buffer): void {
    const { place } = this
    if (place === undefined) return
    for (const event of events) {
      if (this.isBlocked) return
      if (event.number > upTo) break
      place.number = event.number
      if (event.offset < (place.position[event.partition] ?? 0)) continue
      place.position[event.partition] = event.offset + 1
      if (Buffer.compare(event.leadId, visibleFrom) < 0) continue
      this.write(event.text + this.idLine(place.position) + '\n')
    }
    place.number = Math.max(place.number, upTo)
    this.flush()
  }

  /** Shows that the stream lives. `position` goes along when the reader has everything below it, so that it need not begin anew after a quiet time. */
  beat(position: StreamPosition | undefined): void {
    if (this.isBlocked) return
    if (position !== undefined && this.place !== undefined) this.place.position = [...position]
    this.write(`: still here\n${position === undefined ? '' : this.idLine(position)}\n`)
    this.flush()
  }

  /** Ends the stream; at once when its socket takes nothing. */
  end(): void {
    if (this.isBlocked) this.body.destroy()
    else this.body.push(null)
  }

  say(text: string): void {
    this.write(text)
    this.flush()
  }

  private idLine(position: StreamPosition): string {
    return `id: ${sealPosition(this.key, this.listener.tenantId, position)}\n`
  }

  private write(text: string): void {
    this.text += text
    if (this.text.length >= chunkLength) this.flush()
  }

  private flush(): void {
    if (this.text === '' || this.body.destroyed) return
    const isFull = !this.body.push(this.text)
    this.text = ''
    if (isFull) this.blockedSinceMs ??= performance.now()
  }
}
