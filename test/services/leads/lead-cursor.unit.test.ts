import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readCursor, writeCursor, type LeadCursor, type ListShape } from '../../../services/leads/lead-cursor.ts'
import { Refusal } from '../../../services/leads/refusal.ts'

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes))
const anyCursor: fc.Arbitrary<LeadCursor> = fc.record({
  page: fc.integer({ min: 1, max: 999_999_999 }),
  start: fc.oneof(
    fc.constantFrom('beginning' as const, 'end' as const),
    fc.record({
      side: fc.constantFrom('behind' as const, 'before' as const),
      place: fc.record({ leadId: id, score: fc.nat({ max: 100 }) }),
    }),
  ),
  asOf: id,
  total: fc.record({ count: fc.nat(), isExact: fc.boolean() }),
})
const shape: ListShape = { filter: { search: 'maria', tags: ['other'] }, order: 'newest', size: 25 }

it('a cursor comes back as it was written', () => {
  fc.assert(fc.property(anyCursor, (cursor) => expect(readCursor(writeCursor(cursor, shape), shape)).toEqual(cursor)))
})

it('a cursor of another filter, order or size is refused', () => {
  fc.assert(
    fc.property(anyCursor, (cursor) => {
      const text = writeCursor(cursor, shape)
      for (const other of [
        { ...shape, filter: { search: 'mario', tags: ['other'] } },
        { ...shape, filter: { search: 'maria' } },
        { ...shape, order: 'score' as const },
        { ...shape, size: 26 },
      ])
        expect(() => readCursor(text, other)).toThrow('belongs to another filter')
    }),
  )
})

it('the same filter put together another way has the same cursors', () => {
  const same: ListShape = { ...shape, filter: { tags: ['other'], statuses: undefined, search: 'maria' } }
  fc.assert(fc.property(anyCursor, (cursor) => expect(writeCursor(cursor, same)).toBe(writeCursor(cursor, shape))))
})

it('anything else is refused, and nothing else happens', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 1000 }),
    fc.string().map((text) => Buffer.from(text).toString('base64url')),
    anyCursor.map((cursor) => writeCursor(cursor, shape).slice(0, -5)),
  )
  fc.assert(fc.property(anything, (text) => expect(() => readCursor(text, shape)).toThrow(Refusal)))
})
