import { describe, expect, it } from '@jest/globals'
import { eventHashOf, idFromEvent, uuidBytes, uuidOf } from '../../../services/leads/event-identity.ts'

const at = Date.UTC(2026, 0, 1)
const hash = eventHashOf({ source: 's', event_id: 'e' })

describe('an id made from an event', () => {
  it('is the same each time, and a UUID of version 7', () => {
    const id = uuidOf(idFromEvent('lead', 'demo', at, hash))
    expect(id).toBe(uuidOf(idFromEvent('lead', 'demo', at, hash)))
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(uuidOf(uuidBytes(id) ?? Buffer.alloc(16))).toBe(id)
  })

  it('differs by what it is for, tenant and event', () => {
    const ids = [
      idFromEvent('lead', 'demo', at, hash),
      idFromEvent('contact', 'demo', at, hash),
      idFromEvent('lead', 'other', at, hash),
      idFromEvent('lead', 'demo', at, eventHashOf({ source: 's', event_id: 'f' })),
    ]
    expect(new Set(ids.map(uuidOf)).size).toBe(4)
  })

  it('sorts by the time of the event', () => {
    expect(Buffer.compare(idFromEvent('lead', 'demo', at, hash), idFromEvent('lead', 'demo', at + 1, hash))).toBe(-1)
  })
})
