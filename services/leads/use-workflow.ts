import type { Transaction } from '../platform/mysql/transaction.ts'
import { checkWorkflow } from './check-workflow.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'
import { statusOf, workflows, type Workflow } from './workflow.ts'

/** The workflows that a tenant can use: those that ship and its own, by name. One of its own stands before a shipped one of the same name. */
export async function workflowsOf(tx: Transaction, tenantId: number): Promise<Map<string, Workflow>> {
  const rows = await tx.select<{ definition: string }>('SELECT workflows.definition FROM workflows WHERE workflows.tenant_id = ?', [
    tenantId,
  ])
  const own = rows.map(({ definition }) => JSON.parse(definition) as Workflow)
  return new Map([...workflows, ...own.map((workflow) => [workflow.name, workflow] as const)])
}

/**
 * Keeps a workflow of the tenant's own, new or changed. Refuses `workflow-invalid` with every reason, and `status-in-use` when the tenant uses it and leads are in a status that
 * it lacks, or that would turn final or open.
 */
export async function saveWorkflow(tx: Transaction, tenant: Tenant, workflow: Workflow, now: Date): Promise<void> {
  const problems = workflows.has(workflow.name)
    ? [`"${workflow.name}" is the name of a workflow that ships: give yours another one.`]
    : checkWorkflow(workflow)
  if (problems.length > 0) throw new Refusal('workflow-invalid', problems.join(' '))
  if (tenant.workflow === workflow.name) await refuseLeadsInBetween(tx, tenant, workflow)
  await tx.insert(
    'workflows',
    ['tenant_id', 'name', 'definition', 'changed_at'],
    [[tenant.tenantId, workflow.name, JSON.stringify(workflow), now]],
    'definition = VALUES(definition), changed_at = VALUES(changed_at)',
  )
}

/** Makes the tenant work by the workflow of this name. Refuses `workflow-unknown`, and `status-in-use` as `saveWorkflow` does. */
export async function useWorkflow(tx: Transaction, tenant: Tenant, name: string): Promise<void> {
  const workflow = (await workflowsOf(tx, tenant.tenantId)).get(name)
  if (workflow === undefined) throw new Refusal('workflow-unknown', `There is no workflow "${name}": save it first, or name another one.`)
  if (tenant.workflow === name) return
  await refuseLeadsInBetween(tx, tenant, workflow)
  await tx.execute('UPDATE tenants SET workflow = ? WHERE tenant_id = ?', [name, tenant.tenantId])
}

async function refuseLeadsInBetween(tx: Transaction, tenant: Tenant, workflow: Workflow): Promise<void> {
  // A unit that read the old workflow may still open a lead behind this look; a lead in a status that its workflow lacks may be moved anywhere (decide-change.ts).
  const used = await tx.select<{ status: string; active: number }>(
    'SELECT DISTINCT leads.status, leads.active FROM leads WHERE leads.tenant_id = ?',
    [tenant.tenantId],
  )
  const homeless = used.filter(({ status, active }) => {
    const kept = statusOf(workflow, status)
    return kept === undefined || kept.isFinal !== (active === 0)
  })
  if (homeless.length > 0)
    throw new Refusal(
      'status-in-use',
      `Leads are in ${homeless.map(({ status }) => `"${status}"`).join(', ')}, which the workflow "${workflow.name}" lacks or counts as ${homeless[0]?.active === 1 ? 'final' : 'open'}: keep these statuses, or move the leads first.`,
    )
}
