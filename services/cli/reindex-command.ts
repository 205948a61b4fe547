import type { Command } from 'commander'
import { reindexLeads } from '../leads/index-leads.ts'
import { readLeadIds } from '../leads/lead-store.ts'
import { findTenants, listTenants, type Tenant } from '../leads/tenants.ts'
import { TributaryError } from '../platform/errors.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { createOutput } from './output.ts'
import { withDatabase } from './surroundings.ts'

// A step holds the locks of its leads for some tens of milliseconds: intake waits that long at most.
const leadsInAStep = 200
const deadlineMs = 30_000

export function addReindexCommand(program: Command): void {
  program
    .command('reindex')
    .description('bring the words and tags that leads are found by to what their submissions say; safe beside the running workers')
    .option('--tenant <slug>', 'leads of this tenant')
    .option('--all', 'leads of every tenant')
    .option('--json', 'JSON on stdout')
    .action(async ({ tenant, all = false, json = false }: { tenant?: string; all?: boolean; json?: boolean }) => {
      if ((tenant === undefined) !== all)
        throw new TributaryError('config-invalid', 'Give --tenant <slug> for one tenant, or --all for every one.')
      const output = createOutput(json)
      const done: { tenant: string; leads: number }[] = []
      await withDatabase(async (db) => {
        const tenants = await tenantsNamed(tenant)
        for (const one of tenants) {
          let leads = 0
          for (let after: Buffer = Buffer.alloc(16); ;) {
            const ids = await readLeadIds(transactionOn(db), one.tenantId, after, leadsInAStep)
            const last = ids.at(-1)
            if (last === undefined) break
            await withTransaction(db, deadlineMs, (tx) => reindexLeads(tx, one, ids))
            leads += ids.length
            after = last
            if (leads % 10_000 === 0) output.say(`${one.slug}: ${leads} leads …`)
          }
          done.push({ tenant: one.slug, leads })
        }

        async function tenantsNamed(slug: string | undefined): Promise<Tenant[]> {
          const tx = transactionOn(db)
          if (slug === undefined) return await listTenants(tx)
          const found = (await findTenants(tx, [slug])).get(slug)
          if (found === undefined)
            throw new TributaryError('unknown-tenant', `There is no tenant ${slug}. \`npx tributary tenants list\` shows them all.`)
          return [found]
        }
      })
      output.data(done, { columns: ['tenant', 'leads'], rows: done.map((row) => [row.tenant, row.leads]) })
    })
}
