import type { Transaction } from '../platform/mysql/transaction.ts'
import { workflows, type Workflow } from './workflow.ts'

/** What a tenant has paid for. On `free` and `starter` it sees its newest five leads only (DESIGN D15). */
export const plans = ['free', 'starter', 'advanced', 'boost'] as const
export type Plan = (typeof plans)[number]

/** What a new submission of a person does whose last lead is final: open a new lead, or reopen that one where the workflow has a move for it. */
export const closedRules = ['new_lead', 'reopen'] as const
export type OnClosed = (typeof closedRules)[number]

export type Tenant = {
  tenantId: number
  slug: string
  name: string
  /** Name of the workflow; `definition` is the workflow itself. */
  workflow: string
  definition: Workflow
  region: string
  timezone: string
  mailTo: string | null
  plan: Plan
  onClosed: OnClosed
}

type Row = {
  tenant_id: number
  slug: string
  name: string
  workflow: string
  region: string
  timezone: string
  mail_to: string | null
  plan: Plan
  on_closed: OnClosed
  definition: string | null
}

const selected = `SELECT tenants.tenant_id, tenants.slug, tenants.name, tenants.workflow, tenants.region, tenants.timezone, tenants.mail_to, tenants.plan, tenants.on_closed, workflows.definition
  FROM tenants LEFT JOIN workflows ON workflows.tenant_id = tenants.tenant_id AND workflows.name = tenants.workflow`

/** The tenants with these slugs, by slug. A slug without a tenant is missing. */
export async function findTenants(tx: Transaction, slugs: readonly string[]): Promise<Map<string, Tenant>> {
  const distinct = [...new Set(slugs)]
  if (distinct.length === 0) return new Map()
  const rows = await tx.select<Row>(`${selected} WHERE tenants.slug IN (?)`, [distinct])
  return new Map(rows.map((row) => [row.slug, toTenant(row)]))
}

/** The tenant with this id. Throws when there is none: ids come from our own rows. */
export async function readTenant(tx: Transaction, tenantId: number): Promise<Tenant> {
  const [row] = await tx.select<Row>(`${selected} WHERE tenants.tenant_id = ?`, [tenantId])
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}`)
  return toTenant(row)
}

/** Every tenant, by slug. */
export async function listTenants(tx: Transaction): Promise<Tenant[]> {
  return (await tx.select<Row>(`${selected} ORDER BY tenants.slug`)).map(toTenant)
}

export type NewTenant = Omit<Tenant, 'tenantId' | 'definition' | 'plan' | 'onClosed'> & Partial<Pick<Tenant, 'plan' | 'onClosed'>>

/** Adds a tenant; answers false when the slug is taken, and changes nothing then. Without a plan it gets `boost`, without a rule for closed leads a new lead. */
export async function addTenant(tx: Transaction, tenant: NewTenant, now: Date): Promise<boolean> {
  const [last] = await tx.select<{ id: number | null }>('SELECT MAX(tenants.tenant_id) AS id FROM tenants FOR UPDATE')
  const [taken] = await tx.select('SELECT tenants.tenant_id FROM tenants WHERE tenants.slug = ?', [tenant.slug])
  if (taken !== undefined) return false
  const { slug, name, workflow, region, timezone, mailTo, plan = 'boost', onClosed = 'new_lead' } = tenant
  await tx.insert(
    'tenants',
    ['tenant_id', 'slug', 'name', 'workflow', 'region', 'timezone', 'mail_to', 'plan', 'on_closed', 'created_at'],
    [[(last?.id ?? 0) + 1, slug, name, workflow, region, timezone, mailTo, plan, onClosed, now]],
  )
  return true
}

export type TenantChange = Partial<Omit<Tenant, 'tenantId' | 'slug' | 'definition'>>

/** Changes settings of a tenant; answers false when there is no such tenant. A workflow is changed by `useWorkflow`, which looks at the leads first. */
export async function setTenant(tx: Transaction, slug: string, change: TenantChange): Promise<boolean> {
  const tenant = (await findTenants(tx, [slug])).get(slug)
  if (tenant === undefined) return false
  const { name, workflow, region, timezone, mailTo, plan, onClosed } = { ...tenant, ...change }
  await tx.execute(
    'UPDATE tenants SET name = ?, workflow = ?, region = ?, timezone = ?, mail_to = ?, plan = ?, on_closed = ? WHERE tenant_id = ?',
    [name, workflow, region, timezone, mailTo, plan, onClosed, tenant.tenantId],
  )
  return true
}

const toTenant = (row: Row): Tenant => ({
  tenantId: row.tenant_id,
  slug: row.slug,
  name: row.name,
  workflow: row.workflow,
  definition: row.definition === null ? builtIn(row.workflow) : (JSON.parse(row.definition) as Workflow),
  region: row.region,
  timezone: row.timezone,
  mailTo: row.mail_to,
  plan: row.plan,
  onClosed: row.on_closed,
})

function builtIn(name: string): Workflow {
  const workflow = workflows.get(name)
  if (workflow === undefined) throw new Error(`no workflow is named ${name}`)
  return workflow
}
