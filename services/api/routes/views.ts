import { z } from 'zod'
import { addView, changeView, listViews, removeView, type SavedView } from '../../leads/saved-views.ts'
import type { Principal } from '../../accounts/principal.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { Problem, problems } from '../problem.ts'
import { bytesOf, idShape, noContent, textShape, timeOf, timeShape } from '../shapes/common.ts'
import { leadFilterFields, leadOrderShape } from '../shapes/lead-filter.ts'
import { reading, writing } from '../transactions.ts'

const viewShape = z
  .object({
    viewId: idShape,
    name: z.string(),
    query: z.string().meta({ description: 'The filter as it stands in the address of /v1/leads' }),
    shared: z.boolean(),
    own: z.boolean().meta({ description: 'Yours: only you can change it' }),
    createdAt: timeShape,
    changedAt: timeShape,
  })
  .meta({ id: 'SavedView' })

const body = z.strictObject({
  name: textShape(100).min(1),
  query: textShape(4_000).meta({ description: 'For example `statuses=new,handled&search=maria&sort=score`' }),
  shared: z.boolean().default(false).meta({ description: 'Seen by the whole team; needs the scope leads:write' }),
})
const params = z.object({ viewId: idShape })
const tags = ['views']
const saved = z.strictObject({ ...leadFilterFields, sort: leadOrderShape.optional() })

/** Filters that people keep under a name, for themselves or for the team. */
export function viewRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/views',
    {
      schema: {
        operationId: 'listViews',
        summary: 'Your saved views and those that the team shares, by name',
        tags,
        response: { 200: z.object({ views: z.array(viewShape) }), ...problems() },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { principal, tenant } = caller(request)
      const views = await reading(parts, (tx) => listViews(tx, tenant.tenantId, principal.actor))
      return { views: views.map((view) => showView(view, principal)) }
    },
  )

  app.post(
    '/v1/views',
    {
      schema: { operationId: 'addView', summary: 'Save a view', tags, body, response: { 201: viewShape, ...problems(409, 422) } },
      config: { scope: 'leads:read' },
    },
    async (request, reply) => {
      const { principal, tenant } = caller(request)
      const content = checked(request.body, principal)
      void reply.code(201)
      return await writing(request, reply, parts, async ({ tx, now }) =>
        showView(await addView(tx, tenant.tenantId, principal.actor, content, now), principal),
      )
    },
  )

  app.put(
    '/v1/views/:viewId',
    {
      schema: {
        operationId: 'changeView',
        summary: 'Change a view of yours',
        tags,
        params,
        body,
        response: { 200: viewShape, ...problems(404, 422) },
      },
      config: { scope: 'leads:read' },
    },
    async (request, reply) => {
      const { principal, tenant } = caller(request)
      const content = checked(request.body, principal)
      return await writing(request, reply, parts, async ({ tx, now }) =>
        showView(await changeView(tx, tenant.tenantId, principal.actor, bytesOf(request.params.viewId), content, now), principal),
      )
    },
  )

  app.delete(
    '/v1/views/:viewId',
    {
      schema: {
        operationId: 'removeView',
        summary: 'Remove a view of yours',
        tags,
        params,
        response: { 204: noContent, ...problems(404) },
      },
      config: { scope: 'leads:read' },
    },
    async (request, reply) => {
      const { principal, tenant } = caller(request)
      void reply.code(204)
      return await writing(request, reply, parts, async ({ tx }) => {
        await removeView(tx, tenant.tenantId, principal.actor, bytesOf(request.params.viewId))
        return null
      })
    },
  )
}

/** A view that will still open when it is clicked: its query is one that /v1/leads takes. */
function checked({ query, ...rest }: z.output<typeof body>, { scopes }: Principal) {
  if (rest.shared && !scopes.has('leads:write'))
    throw new Problem(403, 'scope-missing', 'Sharing a view with the team needs the scope leads:write.')
  const parsed = saved.safeParse(Object.fromEntries(new URLSearchParams(query)))
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({
      field: ['body.query', ...path.map(String)].join('.').slice(0, 200),
      message,
    }))
    throw new Problem(422, 'query-invalid', 'The query is not one that /v1/leads takes.', errors)
  }
  return { ...rest, query }
}

const showView = ({ owner, createdAt, changedAt, ...view }: SavedView, { actor }: Principal) => ({
  ...view,
  own: owner === actor,
  createdAt: timeOf(createdAt),
  changedAt: timeOf(changedAt),
})
