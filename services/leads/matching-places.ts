import type { Transaction } from '../platform/mysql/transaction.ts'
import type { LeadPlace } from './lead-filter.ts'
import type { QueryPlan } from './plan-query.ts'
import { comparePlaces, countUpTo, readPlaces, type Side } from './read-places.ts'

/** The leads that match, to be looked at from any place. */
export type MatchingPlaces = {
  /** The nearest `limit` leads on a side, the nearest first. */
  near(side: Side, limit: number): Promise<LeadPlace[]>
  /** How many there are, counted up to `cap`. */
  count(cap: number): Promise<number>
}

/** Where few rows lead to all that match, they are read once and looked at here: the database would go through all of them for each question. */
export async function openPlaces(tx: Transaction, plan: QueryPlan): Promise<MatchingPlaces> {
  if (!plan.isFew)
    return {
      near: async (side, limit) => await readPlaces(tx, plan, side, limit),
      count: async (cap) => await countUpTo(tx, plan.counting, cap),
    }
  const all = await readPlaces(tx, plan, { side: 'behind' }, Number.MAX_SAFE_INTEGER)
  return {
    near: async ({ side, place }, limit) => {
      const isThere = (one: LeadPlace) =>
        place === undefined || (side === 'behind' ? comparePlaces(plan, place, one) < 0 : comparePlaces(plan, one, place) < 0)
      return side === 'behind' ? all.filter(isThere).slice(0, limit) : all.filter(isThere).reverse().slice(0, limit)
    },
    count: async (cap) => Math.min(cap, all.length),
  }
}
