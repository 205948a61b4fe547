import type { Transaction } from '../platform/mysql/transaction.ts'
import { conditionsOf, type Branch, type Condition } from './lead-conditions.ts'
import type { LeadFilter, LeadOrder } from './lead-filter.ts'
import { everyLead, fromWhere, type LeadScope } from './lead-scope.ts'
import { parseSearch } from './parse-search.ts'

/** How the leads of a filter are found: through the rows of `branches`, those that pass `checks`. `isFew`: the branches have few rows, in no order. */
export type QueryPlan = { scope: LeadScope; order: LeadOrder; branches: readonly Branch[]; checks: readonly Condition[]; isFew: boolean }

/**
 * Chooses the way by counting, up to a few thousand, what each word, tag, status and agent has: the smallest of them leads while sorting all it has is cheaper than walking past what the others
 * sort out; otherwise leads are walked in order. Undefined: nothing
 * can match. `few` is given by tests only, so that walking is tried on few leads too.
 */
export async function planQuery(
  tx: Transaction,
  scope: LeadScope,
  filter: LeadFilter,
  order: LeadOrder,
  few = 3_000,
): Promise<QueryPlan | undefined> {
  const words = parseSearch(filter.search ?? '') ?? []
  const isImpossible =
    (words.length === 0 && (filter.search ?? '').trim() !== '') ||
    [filter.tags, filter.statuses, filter.assignees, filter.sources].some((list) => list?.length === 0) ||
    Buffer.compare(scope.from, scope.to) > 0
  if (isImpossible) return undefined
  const conditions = conditionsOf(scope.tenantId, filter, words)
  const through = (branches: readonly Branch[], met?: Condition, isFew = false): QueryPlan => ({
    scope,
    order,
    branches,
    checks: conditions.filter((condition) => condition !== met),
    isFew,
  })
  const countable: readonly Condition[] = scope.isWhole ? conditions : [...conditions, inTime]
  const counted = countable.filter(({ gather }) => gather !== undefined)
  if (counted.length === 0 || (counted.length === 1 && counted[0]?.gather === counted[0]?.walk && order === 'newest'))
    return walk(counted[0])

  const counts = await countEach(tx, scope, counted, few + 1)
  const smallest = counts.indexOf(Math.min(...counts))
  if (counts[smallest] === 0) return undefined
  if ((counts[smallest] ?? 0) <= few) return through(counted[smallest]?.gather ?? [], counted[smallest], true)
  return walk(counted.filter(({ walk: branches }) => branches !== undefined).sort((a, b) => a.rank - b.rank)[0])

  function walk(condition: Condition | undefined): QueryPlan {
    if (order === 'score') return through([{ ...everyLead, index: 'leads_score' }])
    return condition?.walk === undefined ? through([everyLead]) : through(condition.walk, condition)
  }
}

/** The times asked for, as something that can be counted. */
const inTime: Condition = {
  check: () => ({ sql: 'TRUE', values: [] }),
  readsLead: false,
  gather: [everyLead],
  walk: [everyLead],
  rank: 400,
}

async function countEach(tx: Transaction, scope: LeadScope, conditions: readonly Condition[], cap: number): Promise<number[]> {
  const values: Parameters<Transaction['select']>[1] & unknown[] = []
  const columns = conditions.map(({ gather = [] }, index) => {
    const sums = gather.map((branch) => {
      const { sql, values: more } = fromWhere(scope, branch, [], false)
      values.push(...more)
      return `(SELECT COUNT(*) FROM (SELECT 1 AS one ${sql} LIMIT ${cap}) counted)`
    })
    return `${sums.join(' + ')} AS c${index}`
  })
  const [row] = await tx.select<Record<string, number>>(`SELECT ${columns.join(', ')}`, values)
  return conditions.map((_, index) => Number(row?.[`c${index}`] ?? 0))
}
