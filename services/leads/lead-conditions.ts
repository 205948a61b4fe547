import type { SqlValue } from '../platform/mysql/transaction.ts'
import type { LeadFilter } from './lead-filter.ts'
import type { SearchWord, TermMatch } from './parse-search.ts'
import { prefixLength } from './search-terms.ts'
import { cutTo } from './fold-text.ts'

/** A piece of SQL with the values of its question marks. */
export type Fragment = { sql: string; values: (SqlValue | readonly SqlValue[])[] }
/** Rows of an index that name leads: `entry` is the alias of its rows, `leads` where the index is one of the leads themselves. */
export type Branch = { table: 'leads' | 'lead_terms' | 'lead_tags'; index: string; where: Fragment; isUnique: boolean }
/**
 * One demand on a lead. `check` answers it for a lead whose id stands in the expression `id`; `hasRow` when the lead's own row is at hand as `leads`, as it always is where `readsLead` says that the check needs it. `gather` lists the leads that meet it, in any order; `walk` lists them in
 * the order of their ids, so that the newest can be had without the rest, though it may pass by others. Without these it can only be checked.
 */
export type Condition = {
  check(id: string, hasRow: boolean): Fragment
  readsLead: boolean
  gather?: readonly Branch[]
  walk?: readonly Branch[]
}

/** The demands of a filter, but for the times, which are bounds of the id. */
export function conditionsOf(tenantId: number, filter: LeadFilter, words: readonly SearchWord[]): Condition[] {
  const { tags, statuses, assignees, sources, scoreMin, scoreMax, active, unreadBy } = filter
  const conditions = words.map((word) => wordCondition(tenantId, word))
  if (tags !== undefined) conditions.push(tagCondition(tenantId, distinct(tags)))
  if (statuses !== undefined) conditions.push(columnCondition(tenantId, 'status', distinct(statuses)))
  if (assignees !== undefined) conditions.push(columnCondition(tenantId, 'assignee', distinct(assignees)))
  if (sources !== undefined) conditions.push(rowCheck('leads.source IN (?)', [[...sources, '']]))
  if (active !== undefined) conditions.push(rowCheck('leads.active = ?', [Number(active)]))
  if (scoreMin !== undefined || scoreMax !== undefined) conditions.push(scoreCondition(scoreMin ?? 0, scoreMax ?? 100))
  if (unreadBy !== undefined) conditions.push(unreadCondition(tenantId, unreadBy))
  return conditions
}

function wordCondition(tenantId: number, { ways }: SearchWord): Condition {
  const branch = (way: TermMatch, index: Branch['index'], where: Fragment): Branch => ({
    table: 'lead_terms',
    index,
    where,
    isUnique: way.how === 'whole',
  })
  const isWhole = ways.every(({ how }) => how === 'whole')
  const walk = ways.map((way) => branch(way, way.how === 'whole' ? 'PRIMARY' : 'lead_terms_p3', ofThreeLetters('entry', way)))
  return {
    check: (id) =>
      anyOf(
        ways.map((way) => {
          const { sql, values } = ofThreeLetters('found', way)
          return {
            sql: `SELECT 1 FROM lead_terms found FORCE INDEX (${way.how === 'whole' ? 'PRIMARY' : 'lead_terms_p3'}) WHERE found.tenant_id = ? AND found.lead_id = ${id} AND ${sql}`,
            values: [tenantId, ...values],
          }
        }),
      ),
    readsLead: false,
    gather: isWhole ? walk : ways.map((way) => branch(way, 'PRIMARY', matches('entry', way))),
    walk,
  }
}

/**
 * Whether any of these has a row. Scalar subqueries, because EXISTS may be turned into a join that begins with all leads of a common word; and one for each alternative, because for a lead that
 * changes from row to row an engine looks into an index by equal values only: with IN or OR it would read all of the tenant's.
 */
const anyOf = (queries: readonly Fragment[]): Fragment => ({
  sql: `(${queries.map(({ sql }) => `(${sql} LIMIT 1) = 1`).join(' OR ')})`,
  values: queries.flatMap(({ values }) => values),
})

// Terms are letters, digits and ~ only: nothing in them means anything to LIKE.
const matches = (alias: string, { how, term }: TermMatch): Fragment =>
  how === 'whole' ? { sql: `${alias}.term = ?`, values: [term] } : { sql: `${alias}.term LIKE ?`, values: [`${term}%`] }

/** The same, by an index on the first three letters in which leads stand in order. */
function ofThreeLetters(alias: string, way: TermMatch): Fragment {
  const { sql, values } = matches(alias, way)
  return way.how === 'whole' ? { sql, values } : { sql: `(${alias}.p3 = ? AND ${sql})`, values: [cutTo(prefixLength, way.term), ...values] }
}

function tagCondition(tenantId: number, tags: readonly string[]): Condition {
  const branches = tags.map((tag): Branch => ({
    table: 'lead_tags',
    index: 'PRIMARY',
    where: { sql: 'entry.tag = ?', values: [tag] },
    isUnique: true,
  }))
  return {
    check: (id) => ({
      sql: `(SELECT 1 FROM lead_tags tagged FORCE INDEX (lead_tags_lead) WHERE tagged.tenant_id = ? AND tagged.tag IN (?) AND tagged.lead_id = ${id} LIMIT 1) = 1`,
      values: [tenantId, [...tags, '']],
    }),
    readsLead: false,
    gather: branches,
    walk: branches,
  }
}

function columnCondition(tenantId: number, column: 'status' | 'assignee', wanted: readonly (string | null)[]): Condition {
  const branches = wanted.map((value): Branch => ({
    table: 'leads',
    index: `leads_${column}`,
    where: value === null ? { sql: `leads.${column} IS NULL`, values: [] } : { sql: `leads.${column} = ?`, values: [value] },
    isUnique: true,
  }))
  const isHeld = (alias: string, value: string | null): Fragment =>
    value === null ? { sql: `${alias}.${column} IS NULL`, values: [] } : { sql: `${alias}.${column} = ?`, values: [value] }
  return {
    check: (id, hasRow) => {
      if (hasRow) {
        const held = wanted.map((value) => isHeld('leads', value))
        return { sql: `(${held.map(({ sql }) => sql).join(' OR ')})`, values: held.flatMap(({ values }) => values) }
      }
      // The index is small and stays in memory; rows of leads lie far apart.
      return anyOf(
        wanted.map((value) => {
          const { sql, values } = isHeld('held', value)
          return {
            sql: `SELECT 1 FROM leads held FORCE INDEX (leads_${column}) WHERE held.tenant_id = ? AND held.lead_id = ${id} AND ${sql}`,
            values: [tenantId, ...values],
          }
        }),
      )
    },
    readsLead: false,
    gather: branches,
    walk: branches,
  }
}

function scoreCondition(min: number, max: number): Condition {
  const where: Fragment = { sql: 'leads.score BETWEEN ? AND ?', values: [min, max] }
  return { check: () => where, readsLead: true, gather: [{ table: 'leads', index: 'leads_score', where, isUnique: true }] }
}

const unreadCondition = (tenantId: number, userId: Buffer): Condition => ({
  check: (id) => ({
    sql: `COALESCE((SELECT seen.sequence FROM lead_reads seen WHERE seen.tenant_id = ? AND seen.user_id = ? AND seen.lead_id = ${id}), 0) < leads.sequence`,
    values: [tenantId, userId],
  }),
  readsLead: true,
})

const rowCheck = (sql: string, values: Fragment['values']): Condition => ({ check: () => ({ sql, values }), readsLead: true })

const distinct = <Value>(values: readonly Value[]) => [...new Set(values)]
