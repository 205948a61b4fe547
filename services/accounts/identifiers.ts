import { randomBytes } from 'node:crypto'

let last = { ms: 0, count: 0 }

/** A new id: a UUID of version 7 whose 12 bits behind the time count up, so that ids of one millisecond keep their order too (RFC 9562, sections 5.7 and 6.2, method 1). */
export function newId(now: Date): Buffer {
  const ms = now.getTime()
  last = { ms, count: ms === last.ms ? Math.min(0xfff, last.count + 1) : 0 }
  const id = randomBytes(16)
  id.writeUIntBE(ms, 0, 6)
  id.writeUInt16BE(0x7000 | last.count, 6)
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f)
  return id
}

/** `id` in the text form of a UUID. */
export function idText(id: Buffer): string {
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The bytes of a UUID in text form; 16 zero bytes, which nothing has as its id, when it is none. */
export function idBytes(text: string): Buffer {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : Buffer.alloc(16)
}
