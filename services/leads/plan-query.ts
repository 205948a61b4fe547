import type { Transaction } from '../platform/mysql/transaction.ts'
import { conditionsOf, type Branch, type Condition, type Fragment } from './lead-conditions.ts'
import type { LeadFilter, LeadOrder } from './lead-filter.ts'
import { everyLead, fromWhere, type LeadScope } from './lead-scope.ts'
import { parseSearch } from './parse-search.ts'
import { readPlaces } from './read-places.ts'

/** A way to the leads of a filter: through the rows of `branches`, those that pass `checks`. */
export type Way = { scope: LeadScope; order: LeadOrder; branches: readonly Branch[]; checks: readonly Condition[] }
/** How leads are found in their order, and how they are counted. `isFew`: there are few rows on the way, in no order. */
export type QueryPlan = Way & { counting: Way; isFew: boolean }

// So many of the newest of each tell which one is the rarest.
const sampled = 300

/**
 * Chooses the way by what each word, tag, status and agent has: the smallest of them leads where it has few leads, because sorting all of those is cheaper than walking past what the others
 * sort out; otherwise leads are walked in order, along the rarest. Undefined: nothing can match. `few` is given by tests only, so that walking is tried on few leads too.
 */
export async function planQuery(
  tx: Transaction,
  scope: LeadScope,
  filter: LeadFilter,
  order: LeadOrder,
  few = 2_000,
): Promise<QueryPlan | undefined> {
  const words = parseSearch(filter.search ?? '') ?? []
  const isImpossible =
    (words.length === 0 && (filter.search ?? '').trim() !== '') ||
    [filter.tags, filter.statuses, filter.assignees, filter.sources].some((list) => list?.length === 0) ||
    Buffer.compare(scope.from, scope.to) > 0
  if (isImpossible) return undefined
  const conditions = conditionsOf(scope.tenantId, filter, words)
  const along = (branches: readonly Branch[], met?: Condition): Way => ({
    scope,
    order,
    branches,
    checks: conditions.filter((condition) => condition !== met),
  })
  const walk = (condition: Condition | undefined): QueryPlan => {
    const inOrder = condition?.walk === undefined ? along([everyLead]) : along(condition.walk, condition)
    // What is counted needs no order: where it lies close together, less is read.
    const counting =
      condition?.gather !== undefined
        ? along(condition.gather, condition)
        : along([conditions.length === 0 && scope.isWhole ? anyLead : everyLead])
    return { ...(order === 'score' ? along([byScore]) : inOrder), counting, isFew: false }
  }
  const countable: readonly Condition[] = scope.isWhole ? conditions : [...conditions, inTime]
  const counted = countable.filter(({ gather }) => gather !== undefined)
  const [only] = counted
  if (only === undefined || (counted.length === 1 && only.gather === only.walk && order === 'newest')) return walk(only)

  const small = await smallOnes(tx, scope, counted, few)
  if (small.length === 0) return walk(await rarestOf(tx, scope, counted))
  const [smallest] = small.length === 1 ? small : await bySize(tx, scope, small)
  const way = along(smallest?.gather ?? [], smallest)
  return { ...way, counting: way, isFew: true }
}

/** The times asked for, as something that can be counted. */
const inTime: Condition = { check: () => ({ sql: 'TRUE', values: [] }), readsLead: false, gather: [everyLead], walk: [everyLead] }

const byScore: Branch = { ...everyLead, index: 'leads_score' }
const anyLead: Branch = { ...everyLead, index: 'leads_status' }

/** Those whose branches have no more than `few` rows together, each no more than its share. */
async function smallOnes(tx: Transaction, scope: LeadScope, conditions: readonly Condition[], few: number): Promise<Condition[]> {
  const row = await askOfEach(
    tx,
    scope,
    conditions,
    (rows, branches) => `(SELECT 1 ${rows} LIMIT 1 OFFSET ${Math.floor(few / branches)})`,
    (isMore) => `COALESCE(${isMore.join(', ')}, 0)`,
  )
  return conditions.filter((_, index) => Number(row[index]) === 0)
}

/** The smallest first; counting them is cheap, because they are small. */
async function bySize(tx: Transaction, scope: LeadScope, conditions: readonly Condition[]): Promise<Condition[]> {
  const sizes = await askOfEach(
    tx,
    scope,
    conditions,
    (rows) => `(SELECT COUNT(*) ${rows})`,
    (counts) => counts.join(' + '),
  )
  return conditions
    .map((condition, index) => ({ condition, size: Number(sizes[index]) }))
    .sort((a, b) => a.size - b.size)
    .map(({ condition }) => condition)
}

/** Asks something of the rows of each branch of each condition, in one statement; answers a value for each condition. */
async function askOfEach(
  tx: Transaction,
  scope: LeadScope,
  conditions: readonly Condition[],
  ask: (rows: string, branches: number) => string,
  join: (answers: string[]) => string,
): Promise<(number | null)[]> {
  const values: Fragment['values'] = []
  const columns = conditions.map(({ gather = [] }, index) => {
    const answers = gather.map((branch) => {
      const { sql, values: more } = fromWhere(scope, branch, [], false)
      values.push(...more)
      return ask(sql, gather.length)
    })
    return `${join(answers)} AS c${index}`
  })
  const [row] = await tx.select<Record<string, number | null>>(`SELECT ${columns.join(', ')}`, values)
  return conditions.map((_, index) => row?.[`c${index}`] ?? null)
}

/** The one whose newest reach back furthest: along it, the fewest leads are passed by. */
async function rarestOf(tx: Transaction, scope: LeadScope, conditions: readonly Condition[]): Promise<Condition | undefined> {
  const walkable = conditions.filter(({ walk }) => walk !== undefined)
  if (walkable.length < 2) return walkable[0]
  let rarest: { condition: Condition; reach: Buffer } | undefined
  for (const condition of walkable) {
    const way: Way = { scope, order: 'newest', branches: condition.walk ?? [], checks: [] }
    const reach = (await readPlaces(tx, way, { side: 'behind' }, sampled)).at(-1)?.leadId
    if (reach !== undefined && (rarest === undefined || Buffer.compare(reach, rarest.reach) < 0)) rarest = { condition, reach }
  }
  return rarest?.condition
}
