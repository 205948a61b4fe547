import { randomBytes } from 'node:crypto'

/** A new id: a UUID of version 7 (RFC 9562, section 5.7), so that later ids sort behind earlier ones. */
export function newId(now: Date): Buffer {
  const id = randomBytes(16)
  id.writeUIntBE(now.getTime(), 0, 6)
  id[6] = 0x70 | ((id[6] ?? 0) & 0x0f)
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
