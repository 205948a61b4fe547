import type { Transaction } from '../platform/mysql/transaction.ts'
import { readCursor, writeCursor, type LeadCursor, type LeadTotal, type ListShape, type PageStart } from './lead-cursor.ts'
import type { LeadFilter, LeadOrder, LeadPlace } from './lead-filter.ts'
import { readLeadRows, type LeadRow } from './lead-rows.ts'
import { hidesLeads, newestLead, scopeOf } from './lead-scope.ts'
import { openPlaces, type MatchingPlaces } from './matching-places.ts'
import { planQuery } from './plan-query.ts'
import type { Tenant } from './tenants.ts'

/** Which page: that of a cursor, or the first as of now. `size` is 1 to 100 leads; `userId` is whose read marks count, null for a program. */
export type PageRequest = { cursor?: string | undefined; size: number; order: LeadOrder; userId: Buffer | null }

export type PageLink = { page: number; cursor: string }

/** A page and the way to its neighbours: those up to four pages away, itself among them. Where many match, `pageCount` is null and `total` a lower limit; `last` leads to the last page all the same. */
export type LeadPage = {
  leads: LeadRow[]
  page: number
  pageCount: number | null
  total: LeadTotal
  cursors: { first: string | null; previous: string | null; next: string | null; last: string | null; pages: PageLink[] }
  /** The newest lead when the list was opened; null in a list without any. */
  asOf: Buffer | null
  /** The plan hides leads of this tenant. Says nothing about the filter. */
  hasLockedLeads: boolean
}

/** Counting stops here while pages are turned; the last page counts on. */
const totalCap = 1_000
const lastPageCap = 5_000_000
/** So many pages on each side have a cursor. */
const around = 4

/**
 * One page of the leads that match. Any page costs what the first one costs: pages are found from the place that their cursor holds, never by counting from the beginning. Turning
 * pages, newest first, shows each lead once that matched all the while, whatever comes in meanwhile. Throws `search-too-long`, `cursor-invalid`.
 */
export async function findLeads(tx: Transaction, tenant: Tenant, filter: LeadFilter, request: PageRequest): Promise<LeadPage> {
  const size = Math.min(100, Math.max(1, Math.trunc(request.size)))
  const shape: ListShape = { filter, order: request.order, size }
  const given = request.cursor === undefined ? undefined : readCursor(request.cursor, shape)
  const asOf = given?.asOf ?? (await newestLead(tx, tenant)) ?? null
  const hasLockedLeads = await hidesLeads(tx, tenant)
  const plan = asOf === null ? undefined : await planQuery(tx, await scopeOf(tx, tenant, filter, asOf), filter, request.order)
  if (asOf === null || plan === undefined) return { ...nothing, asOf, hasLockedLeads }
  const matching = await openPlaces(tx, plan)

  let cursor: LeadCursor = given ?? { page: 1, start: 'beginning', asOf, total: { count: 0, isExact: false } }
  let found = await readPage(matching, cursor, size)
  if (given === undefined && found !== undefined) cursor = { ...cursor, total: await totalFrom(matching, found, size) }
  if (found === undefined) {
    // The end was asked for, or nothing is left of the page: only here is everything counted.
    const total = cursor.start === 'end' && cursor.total.isExact ? cursor.total : await countTotal(matching, lastPageCap)
    cursor = { ...cursor, total, start: 'end', page: Math.max(1, Math.ceil(total.count / size)) }
    found = await readLastPage(matching, total.count - (cursor.page - 1) * size, size)
  }
  // Back at the beginning, whatever the number of the page was thought to be.
  if (found.before.length === 0) cursor = { ...cursor, page: 1 }
  const pages = Math.max(Math.ceil(cursor.total.count / size), cursor.page + Number(found.after.length > 0))
  return {
    leads: await readLeadRows(
      tx,
      tenant,
      found.shown.map(({ leadId }) => leadId),
      request.userId,
    ),
    page: cursor.page,
    pageCount: cursor.total.isExact ? pages : null,
    total: cursor.total,
    cursors: cursorsAround(cursor, shape, found),
    asOf,
    hasLockedLeads,
  }
}

/** The leads of a page, and their neighbours on both sides, the nearest first. */
type Found = { before: LeadPlace[]; shown: LeadPlace[]; after: LeadPlace[] }

const nothing = {
  leads: [],
  page: 1,
  pageCount: 1,
  total: { count: 0, isExact: true },
  cursors: { first: null, previous: null, next: null, last: null, pages: [] },
} satisfies Partial<LeadPage>

/** All that match, from their first page: what it and the pages behind it show need not be counted once more. */
async function totalFrom(matching: MatchingPlaces, { shown, after }: Found, size: number): Promise<LeadTotal> {
  if (after.length <= size * around) return { count: shown.length + after.length, isExact: true }
  return await countTotal(matching, totalCap)
}

async function countTotal(matching: MatchingPlaces, cap: number): Promise<LeadTotal> {
  const count = await matching.count(cap + 1)
  return { count: Math.min(count, cap), isExact: count <= cap }
}

/** Undefined for the end, and for a page of which nothing is left. */
async function readPage(matching: MatchingPlaces, { start }: Pick<LeadCursor, 'start'>, size: number): Promise<Found | undefined> {
  const beside = size * around + 1
  if (start === 'end') return undefined
  if (start !== 'beginning' && start.side === 'before') {
    const places = await matching.near(start, size + beside)
    const shown = places.slice(0, size).reverse()
    const last = shown.at(-1)
    // Less than a page is left there: that is the first page, and it is shown whole.
    if (last === undefined || shown.length < size) return await readPage(matching, { start: 'beginning' }, size)
    return { before: places.slice(size), shown, after: await matching.near({ side: 'behind', place: last }, beside) }
  }
  const place = start === 'beginning' ? undefined : start.place
  const places = await matching.near({ side: 'behind', place }, size + beside)
  const [first] = places
  if (first === undefined) return start === 'beginning' ? { before: [], shown: [], after: [] } : undefined
  const before = start === 'beginning' ? [] : await matching.near({ side: 'before', place: first }, beside)
  return { before, shown: places.slice(0, size), after: places.slice(size) }
}

/** The `onIt` last leads. */
async function readLastPage(matching: MatchingPlaces, onIt: number, size: number): Promise<Found> {
  const places = await matching.near({ side: 'before' }, onIt + size * around + 1)
  return { before: places.slice(onIt), shown: places.slice(0, onIt).reverse(), after: [] }
}

function cursorsAround(cursor: LeadCursor, shape: ListShape, { before, shown, after }: Found): LeadPage['cursors'] {
  const [first, last] = [shown[0], shown.at(-1)]
  if (first === undefined || last === undefined) return nothing.cursors
  const link = (page: number, start: PageStart): PageLink => ({ page, cursor: writeCursor({ ...cursor, page, start }, shape) })
  const links = (side: 'before' | 'behind', edge: LeadPlace, places: readonly LeadPlace[]) =>
    Array.from({ length: Math.min(around, Math.ceil(places.length / shape.size)) }, (_, index) =>
      // A lead that came in late lies between pages that were seen: then there is more before page 1 than page numbers.
      link(Math.max(1, cursor.page + (side === 'before' ? -index - 1 : index + 1)), {
        side,
        place: index === 0 ? edge : (places[index * shape.size - 1] ?? edge),
      }),
    )
  const back = links('before', first, before)
  const ahead = links('behind', last, after)
  return {
    first: link(1, 'beginning').cursor,
    previous: back[0]?.cursor ?? null,
    next: ahead[0]?.cursor ?? null,
    last: link(cursor.page, 'end').cursor,
    pages: [...back.filter(({ page }, index) => page === cursor.page - index - 1).reverse(), link(cursor.page, cursor.start), ...ahead],
  }
}
