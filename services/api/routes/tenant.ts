import { isSupportedCountry } from 'libphonenumber-js/max'
import { z } from 'zod'
import { appendAudit } from '../../accounts/audit.ts'
import { closedRules, plans, readTenant, setTenant, type Tenant, type TenantChange } from '../../leads/tenants.ts'
import { saveWorkflow, useWorkflow, workflowsOf } from '../../leads/use-workflow.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { textShape } from '../shapes/common.ts'
import { reading, writing } from '../transactions.ts'

const word = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, 'is not made of lower-case letters, digits and _')
const label = textShape(60).min(1)
const workflowShape = z.object({
  name: word,
  statuses: z.array(z.object({ name: word, label, isFinal: z.boolean() })).max(30),
  moves: z.array(z.object({ from: word, to: word, label, reopens: z.boolean().optional() })).max(900),
})

const tenantShape = z.object({
  slug: z.string(),
  name: z.string(),
  plan: z.enum(plans),
  workflow: workflowShape,
  onClosed: z.enum(closedRules).meta({ description: 'What a submission does whose person’s last lead is closed' }),
  region: z.string().meta({ description: 'Country in whose form phone numbers are typed' }),
  timezone: z.string(),
  mailTo: z.string().nullable().meta({ description: 'Where notification mails go' }),
})

const timezone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}, 'is no IANA time zone, for example America/Sao_Paulo')

const changeShape = z.strictObject({
  name: textShape(200).min(1).optional(),
  workflow: word.optional().meta({ description: 'Name of a workflow: one that ships or one of your own' }),
  onClosed: z.enum(closedRules).optional(),
  region: z
    .string()
    .refine((region) => isSupportedCountry(region), 'is no country in two capital letters, for example BR')
    .optional(),
  timezone: timezone.optional(),
  mailTo: z.email().max(254).nullable().optional(),
})

const tags = ['settings']

/** The settings of the caller's tenant and its workflows. The plan is not set here: it is what was paid for. */
export function tenantRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/tenant',
    {
      schema: { operationId: 'getTenant', summary: 'The settings of your tenant', tags, response: { 200: tenantShape, ...problems() } },
      config: { scope: 'settings:read' },
    },
    async (request) => show(caller(request).tenant),
  )

  app.patch(
    '/v1/tenant',
    {
      schema: {
        operationId: 'changeTenant',
        summary: 'Change settings; what is left out stays',
        tags,
        body: changeShape,
        response: { 200: tenantShape, ...problems(409, 422) },
      },
      config: { scope: 'settings:write' },
    },
    async (request, reply) =>
      await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        const { workflow, ...rest } = request.body
        if (workflow !== undefined) await useWorkflow(tx, tenant, workflow)
        const change = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as TenantChange
        await setTenant(tx, tenant.slug, { ...change, ...(workflow === undefined ? {} : { workflow }) })
        const { mailTo, ...told } = { ...change, ...(workflow === undefined ? {} : { workflow }) }
        const details = { ...told, ...(mailTo === undefined ? {} : { mailTo: mailTo === null ? 'removed' : 'set' }) } as Record<
          string,
          string
        >
        const entry = { tenantId: tenant.tenantId, actor: principal.actor, action: 'settings.changed', target: null, details } as const
        if (Object.keys(details).length > 0) await appendAudit(tx, entry, now)
        return show(await readTenant(tx, tenant.tenantId))
      }),
  )

  app.get(
    '/v1/workflows',
    {
      schema: {
        operationId: 'listWorkflows',
        summary: 'Workflows that you can use: those that ship and your own',
        tags,
        response: { 200: z.object({ workflows: z.array(workflowShape) }), ...problems() },
      },
      config: { scope: 'settings:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      const all = await reading(parts, (tx) => workflowsOf(tx, tenant.tenantId))
      return { workflows: [...all.values()].map(showWorkflow) }
    },
  )

  app.put(
    '/v1/workflows/:name',
    {
      schema: {
        operationId: 'saveWorkflow',
        summary: 'Keep a workflow of your own; refused with every reason when it could not be used',
        tags,
        params: z.object({ name: word }),
        body: z.strictObject({ statuses: workflowShape.shape.statuses, moves: workflowShape.shape.moves }),
        response: { 200: workflowShape, ...problems(409, 422) },
      },
      config: { scope: 'settings:write' },
    },
    async (request, reply) =>
      await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        const { statuses, moves } = request.body
        const workflow = {
          name: request.params.name,
          statuses,
          moves: moves.map(({ reopens, ...move }) => (reopens === true ? { ...move, reopens } : move)),
        }
        await saveWorkflow(tx, tenant, workflow, now)
        const details = { statuses: statuses.length, moves: moves.length }
        const target = `workflow:${workflow.name}`
        await appendAudit(tx, { tenantId: tenant.tenantId, actor: principal.actor, action: 'workflow.saved', target, details }, now)
        return showWorkflow(workflow)
      }),
  )
}

const show = ({ slug, name, plan, definition, onClosed, region, timezone: zone, mailTo }: Tenant): z.input<typeof tenantShape> => ({
  slug,
  name,
  plan,
  workflow: showWorkflow(definition),
  onClosed,
  region,
  timezone: zone,
  mailTo,
})

const showWorkflow = ({ name, statuses, moves }: Tenant['definition']): z.input<typeof workflowShape> => ({
  name,
  statuses: [...statuses],
  moves: [...moves],
})
