import { hash } from 'node:crypto'
import type { LeadFilter, LeadOrder, LeadPlace } from './lead-filter.ts'
import { Refusal } from './refusal.ts'

/** How many leads match as of the first page: exactly, or more than `count`. */
export type LeadTotal = { count: number; isExact: boolean }

/** Where a page lies: at the beginning or the end of the list, or next to a place, which is not on it: pages ahead lie behind a place, pages back before one, so that what comes in between is passed over by neither. */
export type PageStart = 'beginning' | 'end' | { side: 'behind' | 'before'; place: LeadPlace }

/** A page of a list. `asOf` is the newest lead there was when the list was opened: those that came later do not move it. `total` was counted then, so that no page counts again. */
export type LeadCursor = { page: number; start: PageStart; asOf: Buffer; total: LeadTotal }

/** What a cursor is good for; it is refused with another filter, order or page size. */
export type ListShape = { filter: LeadFilter; order: LeadOrder; size: number }

const longest = 400
const signs = { behind: '<', before: '>' } as const

/** `cursor` as a word for an address. It is not signed: whatever is in it, it only moves a list about that its reader may see whole. */
export function writeCursor({ page, start, asOf, total }: LeadCursor, shape: ListShape): string {
  const place = typeof start === 'string' ? start : `${signs[start.side]}${start.place.leadId.toString('hex')}.${start.place.score}`
  const parts = [hashOf(shape), page, place, asOf.toString('hex'), total.count, Number(total.isExact)]
  return Buffer.from(parts.join(' ')).toString('base64url')
}

/** The cursor in `text`. Throws `cursor-invalid` when it is none, or one of another list. */
export function readCursor(text: string, shape: ListShape): LeadCursor {
  const plain = text.length > longest ? '' : Buffer.from(text, 'base64url').toString('latin1')
  const match =
    /^([\w-]{16}) ([1-9]\d{0,8}) (beginning|end|([<>])([0-9a-f]{32})\.(\d{1,3})) ([0-9a-f]{32}) (\d{1,12}) ([01])$/.exec(plain) ??
    refuse('The cursor is not one that a list has given: open the list without a cursor.')
  const [, made = '', page = '', start = '', sign = '', leadId = '', score = '', asOf = '', count = '', isExact = ''] = match
  if (made !== hashOf(shape)) refuse('The cursor belongs to another filter, order or page size: open the list without a cursor.')
  return {
    page: Number(page),
    start:
      start === 'beginning' || start === 'end'
        ? start
        : { side: sign === signs.behind ? 'behind' : 'before', place: { leadId: Buffer.from(leadId, 'hex'), score: Number(score) } },
    asOf: Buffer.from(asOf, 'hex'),
    total: { count: Number(count), isExact: isExact === '1' },
  }
}

function hashOf({ filter, order, size }: ListShape): string {
  // Keys sorted, so that the same filter is the same list however it was put together.
  const entries = Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('hex') : value])
  return hash('sha256', JSON.stringify([entries, order, size]), 'base64url').slice(0, 16)
}

function refuse(sentence: string): never {
  throw new Refusal('cursor-invalid', sentence)
}
