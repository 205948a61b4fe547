import { hash } from 'node:crypto'

/** Bytes that identify an event within its tenant: source and event id, as in CloudEvents (source + id). 32 bytes. */
export function eventHashOf(event: { source: string; event_id: string }): Buffer {
  return hash('sha256', `${event.source}\0${event.event_id}`, 'buffer')
}

/** Bytes that change when the content of an event changes; 16 bytes. Field order is that of the schema, so the same content gives the same bytes. */
export function payloadHashOf(event: object): Buffer {
  return hash('sha256', JSON.stringify(event), 'buffer').subarray(0, 16)
}

/**
 * The id of what an event brings about: a UUID of version 7 (RFC 9562, section 5.7) whose time is the event's and whose random part is a hash of tenant, `what` and the
 * event. Replaying the event into an empty database gives the same id (DESIGN D7); ids sort by time.
 */
export function idFromEvent(what: string, tenantSlug: string, occurredAt: number, eventHash: Buffer): Buffer {
  const id = hash('sha256', Buffer.concat([Buffer.from(`${what}\0${tenantSlug}\0`), eventHash]), 'buffer').subarray(0, 16)
  id.writeUIntBE(occurredAt, 0, 6)
  id[6] = 0x70 | ((id[6] ?? 0) & 0x0f)
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f)
  return id
}

/** `id` in the text form of a UUID. */
export function uuidOf(id: Buffer): string {
  const hex = id.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The bytes of a UUID in text form; undefined when it is none. */
export function uuidBytes(text: string): Buffer | undefined {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : undefined
}
