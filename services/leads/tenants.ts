import type { Transaction } from '../platform/mysql/transaction.ts'

export type Tenant = {
  tenantId: number
  slug: string
  name: string
  workflow: string
  region: string
  timezone: string
  mailTo: string | null
}

type Row = { tenant_id: number; slug: string; name: string; workflow: string; region: string; timezone: string; mail_to: string | null }

const columns = 'tenants.tenant_id, tenants.slug, tenants.name, tenants.workflow, tenants.region, tenants.timezone, tenants.mail_to'

/** The tenants with these slugs, by slug. A slug without a tenant is missing. */
export async function findTenants(tx: Transaction, slugs: readonly string[]): Promise<Map<string, Tenant>> {
  const distinct = [...new Set(slugs)]
  if (distinct.length === 0) return new Map()
  const rows = await tx.select<Row>(`SELECT ${columns} FROM tenants WHERE tenants.slug IN (?)`, [distinct])
  return new Map(rows.map((row) => [row.slug, toTenant(row)]))
}

/** Every tenant, by slug. */
export async function listTenants(tx: Transaction): Promise<Tenant[]> {
  return (await tx.select<Row>(`SELECT ${columns} FROM tenants ORDER BY tenants.slug`)).map(toTenant)
}

/** Adds a tenant; answers false when the slug is taken, and changes nothing then. */
export async function addTenant(tx: Transaction, tenant: Omit<Tenant, 'tenantId'>, now: Date): Promise<boolean> {
  const [last] = await tx.select<{ id: number | null }>('SELECT MAX(tenants.tenant_id) AS id FROM tenants FOR UPDATE')
  const [taken] = await tx.select('SELECT tenants.tenant_id FROM tenants WHERE tenants.slug = ?', [tenant.slug])
  if (taken !== undefined) return false
  await tx.insert(
    'tenants',
    ['tenant_id', 'slug', 'name', 'workflow', 'region', 'timezone', 'mail_to', 'created_at'],
    [[(last?.id ?? 0) + 1, tenant.slug, tenant.name, tenant.workflow, tenant.region, tenant.timezone, tenant.mailTo, now]],
  )
  return true
}

export type TenantChange = Partial<Omit<Tenant, 'tenantId' | 'slug'>>

/** Changes settings of a tenant; answers false when there is no such tenant. */
export async function setTenant(tx: Transaction, slug: string, change: TenantChange): Promise<boolean> {
  const tenant = (await findTenants(tx, [slug])).get(slug)
  if (tenant === undefined) return false
  const { name, workflow, region, timezone, mailTo } = { ...tenant, ...change }
  await tx.execute('UPDATE tenants SET name = ?, workflow = ?, region = ?, timezone = ?, mail_to = ? WHERE tenant_id = ?', [
    name,
    workflow,
    region,
    timezone,
    mailTo,
    tenant.tenantId,
  ])
  return true
}

const toTenant = (row: Row): Tenant => ({
  tenantId: row.tenant_id,
  slug: row.slug,
  name: row.name,
  workflow: row.workflow,
  region: row.region,
  timezone: row.timezone,
  mailTo: row.mail_to,
})
