import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Fragment } from './lead-conditions.ts'
import type { LeadPlace } from './lead-filter.ts'
import { fromWhere, idOf } from './lead-scope.ts'
import type { Way } from './plan-query.ts'

/** Leads on one side of a place: behind it in the order (older, or less promising), or before it. Without a place, from the very beginning or end. */
export type Side = { side: 'behind' | 'before'; place?: LeadPlace | undefined }

// A statement brings no more than this, however many leads are asked for.
const mostRows = 10_000

type Row = { branch: number; lead_id: Buffer; score: number }

/** The nearest `limit` leads on that side, the nearest first, each once. */
export async function readPlaces(tx: Transaction, way: Way, { side, place }: Side, limit: number): Promise<LeadPlace[]> {
  const found: LeadPlace[] = []
  const nearer = (a: LeadPlace, b: LeadPlace) => (side === 'behind' ? comparePlaces(way, a, b) : comparePlaces(way, b, a))
  // A lead has several terms that begin with a word: rows repeat it, and some more are read.
  const perLead = way.branches.every(({ isUnique }) => isUnique) ? 1 : 2
  for (let from = place; ;) {
    const rowLimit = Math.min(mostRows, (limit - found.length) * perLead)
    const rows = await readRows(tx, way, { side, place: from }, rowLimit)
    const places = eachOnce(rows.sort((a, b) => nearer(placeOf(a), placeOf(b))).map(placeOf))
    // What lies beyond the last row of a branch that was cut off is not known yet.
    const ends = way.branches.flatMap((_, branch) => {
      const own = rows.filter((row) => row.branch === branch)
      return own.length < rowLimit ? [] : own.slice(-1).map(placeOf)
    })
    const end = ends.sort(nearer)[0]
    found.push(...places.filter((one) => end === undefined || nearer(one, end) <= 0))
    if (end === undefined || found.length >= limit) return found.slice(0, limit)
    from = end
  }
}

/** How many leads match, counted up to `cap`. */
export async function countUpTo(tx: Transaction, way: Way, cap: number): Promise<number> {
  const { sql, values } = matchingIds(way, cap)
  const [row] = await tx.select<{ found: number }>(`SELECT COUNT(*) AS found FROM (${sql}) matching`, values)
  return Math.min(cap, Number(row?.found ?? 0))
}

/** A SELECT of the ids that match, each once, `cap` of each branch at most. */
export function matchingIds({ scope, branches, checks }: Way, cap: number): Fragment {
  const values: Fragment['values'] = []
  const parts = branches.map((branch) => {
    const { sql, values: more } = fromWhere(scope, branch, checks, false)
    values.push(...more)
    return `SELECT ${branch.isUnique ? '' : 'DISTINCT '}${idOf(branch)} AS lead_id ${sql} LIMIT ${Math.trunc(cap)}`
  })
  return { sql: parts.length === 1 ? parts.join('') : parts.map((part) => `(${part})`).join(' UNION '), values }
}

/** Negative when `a` comes before `b` in the way's order. */
export function comparePlaces({ order }: Pick<Way, 'order'>, a: LeadPlace, b: LeadPlace): number {
  return (order === 'score' ? b.score - a.score : 0) || Buffer.compare(b.leadId, a.leadId)
}

async function readRows(tx: Transaction, way: Way, { side, place }: Side, limit: number): Promise<Row[]> {
  const byScore = way.order === 'score'
  const values: Fragment['values'] = []
  const [sign, direction] = side === 'behind' ? ['<', 'DESC'] : ['>', 'ASC']
  const parts = way.branches.map((branch, index) => {
    const id = idOf(branch)
    const { sql, values: more } = fromWhere(way.scope, branch, way.checks, byScore)
    values.push(...more)
    let bound = ''
    if (place !== undefined) {
      // No comparison of rows: no engine here makes a range of it.
      bound = byScore ? ` AND leads.score ${sign}= ? AND (leads.score ${sign} ? OR ${id} ${sign} ?)` : ` AND ${id} ${sign} ?`
      values.push(...(byScore ? [place.score, place.score, place.leadId] : [place.leadId]))
    }
    const order = `${byScore ? `leads.score ${direction}, ` : ''}${id} ${direction}`
    return `(SELECT ${index} AS branch, ${id} AS lead_id, ${byScore ? 'leads.score' : '0'} AS score ${sql}${bound} ORDER BY ${order} LIMIT ${Math.trunc(limit)})`
  })
  return await tx.select<Row>(parts.join(' UNION ALL '), values)
}

const placeOf = ({ lead_id, score }: Row): LeadPlace => ({ leadId: lead_id, score: Number(score) })

// Sorted, so that repeats are neighbours.
const eachOnce = (places: readonly LeadPlace[]) => places.filter(({ leadId }, index) => places[index - 1]?.leadId.equals(leadId) !== true)
