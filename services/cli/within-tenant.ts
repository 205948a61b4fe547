import { AccessRefusal } from '../accounts/refusal.ts'
import { findTenantId, type InTransaction } from '../accounts/sign-in.ts'
import { TributaryError } from '../platform/errors.ts'
import { withTransaction } from '../platform/mysql/transaction.ts'
import { withDatabase } from './surroundings.ts'

type Place = { run: InTransaction; tenantId: number }

/** Does `work` for the tenant of this slug. What the accounts refuse is said in their own words. */
export async function withTenant<Result>(slug: string, work: (place: Place) => Promise<Result>): Promise<Result> {
  return await withDatabase(async (db) => {
    const run: InTransaction = (inner) => withTransaction(db, 10_000, inner)
    const tenantId = await run((tx) => findTenantId(tx, slug))
    if (tenantId === undefined)
      throw new TributaryError('unknown-tenant', `There is no tenant ${slug}. \`npx tributary tenants list\` shows them all.`)
    try {
      return await work({ run, tenantId })
    } catch (error) {
      throw error instanceof AccessRefusal ? new TributaryError('config-invalid', error.message, { cause: error }) : error
    }
  })
}

export const timeOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
