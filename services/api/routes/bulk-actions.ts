import { z } from 'zod'
import {
  cancelBulk,
  listBulkResults,
  listBulks,
  readBulk,
  startBulkOfLeads,
  startBulkOfMatching,
  startUndo,
  type BulkChange,
} from '../../leads/bulk-actions.ts'
import { checkPlan } from '../../leads/follow-ups.ts'
import { Refusal } from '../../leads/refusal.ts'
import type { Tenant } from '../../leads/tenants.ts'
import { statusOf } from '../../leads/workflow.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { checkFilter } from '../matching-leads.ts'
import { problems } from '../problem.ts'
import { bulkChangeShape, bulkResultShape, bulkShape, showBulk } from '../shapes/bulk.ts'
import { bytesOf, idShape } from '../shapes/common.ts'
import { selectionShape } from '../shapes/selection.ts'
import { reading, writing } from '../transactions.ts'

const params = z.object({ bulkId: idShape })
const page = { after: idShape.optional(), limit: z.coerce.number().int().min(1).max(1_000).default(100) }
const tags = ['bulk actions']

/** One change of many leads, worked off by the bulk loop, with a result for each lead and one undo. */
export function bulkActionRoutes(app: Api, parts: ApiParts): void {
  app.post(
    '/v1/bulk-actions',
    {
      schema: {
        operationId: 'startBulkAction',
        summary: 'Change many leads at once',
        description:
          'Answers at once; the leads of a filter are those that match at one moment soon after. Ask for the bulk action until its state is `done`.',
        tags,
        body: z.strictObject({ change: bulkChangeShape, selection: selectionShape }),
        response: { 202: bulkShape, ...problems(422) },
      },
      config: { scope: 'leads:write' },
    },
    async (request, reply) => {
      const { tenant, principal } = caller(request)
      const { selection } = request.body
      const change = changeOf(request.body.change)
      await expectPossible(parts, tenant, change)
      void reply.code(202)
      return await writing(request, reply, parts, async ({ tx, now }) => {
        const bulkId =
          selection.leads === 'listed'
            ? await startBulkOfLeads(tx, tenant, principal.actor, change, selection.leadIds.map(bytesOf), now)
            : await startBulkOfMatching(
                tx,
                tenant,
                principal.actor,
                change,
                await checkFilter(tx, tenant, selection.filter, principal),
                now,
              )
        return showBulk(await readBulk(tx, tenant.tenantId, bulkId))
      })
    },
  )

  app.get(
    '/v1/bulk-actions',
    {
      schema: {
        operationId: 'listBulkActions',
        summary: 'Bulk actions, newest first',
        tags,
        querystring: z.strictObject({ ...page, limit: z.coerce.number().int().min(1).max(100).default(25) }),
        response: { 200: z.object({ bulkActions: z.array(bulkShape), next: idShape.nullable() }), ...problems() },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      const { after, limit } = request.query
      const found = await reading(parts, (tx) => listBulks(tx, tenant.tenantId, after === undefined ? undefined : bytesOf(after), limit))
      return { bulkActions: found.map(showBulk), next: found.length < limit ? null : (found.at(-1)?.bulkId ?? null) }
    },
  )

  app.get(
    '/v1/bulk-actions/:bulkId',
    {
      schema: {
        operationId: 'readBulkAction',
        summary: 'How far a bulk action is',
        tags,
        params,
        response: { 200: bulkShape, ...problems(404) },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      return showBulk(await reading(parts, (tx) => readBulk(tx, tenant.tenantId, bytesOf(request.params.bulkId))))
    },
  )

  app.get(
    '/v1/bulk-actions/:bulkId/results',
    {
      schema: {
        operationId: 'listBulkResults',
        summary: 'What became of each lead',
        tags,
        params,
        querystring: z.strictObject({ ...page, result: z.enum(['waiting', 'changed', 'unchanged', 'refused']).optional() }),
        response: { 200: z.object({ results: z.array(bulkResultShape), next: idShape.nullable() }), ...problems(404) },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      const { after, limit, result } = request.query
      const bulkId = bytesOf(request.params.bulkId)
      const results = await reading(parts, async (tx) => {
        await readBulk(tx, tenant.tenantId, bulkId)
        return await listBulkResults(tx, tenant, bulkId, result, after === undefined ? undefined : bytesOf(after), limit)
      })
      return { results, next: results.length < limit ? null : (results.at(-1)?.leadId ?? null) }
    },
  )

  app.post(
    '/v1/bulk-actions/:bulkId/cancel',
    {
      schema: {
        operationId: 'cancelBulkAction',
        summary: 'Stop a bulk action; what it has changed stays changed',
        tags,
        params,
        response: { 200: bulkShape, ...problems(404, 409) },
      },
      config: { scope: 'leads:write' },
    },
    async (request, reply) =>
      await writing(request, reply, parts, async ({ tx, tenant, now }) => {
        const bulkId = bytesOf(request.params.bulkId)
        await cancelBulk(tx, tenant.tenantId, bulkId, now)
        return showBulk(await readBulk(tx, tenant.tenantId, bulkId))
      }),
  )

  app.post(
    '/v1/bulk-actions/:bulkId/undo',
    {
      schema: {
        operationId: 'undoBulkAction',
        summary: 'Put back what a bulk action changed, once; what somebody has changed since is left alone',
        tags,
        params,
        response: { 202: bulkShape, ...problems(404, 409) },
      },
      config: { scope: 'leads:write' },
    },
    async (request, reply) => {
      void reply.code(202)
      return await writing(request, reply, parts, async ({ tx, tenant, principal, now }) =>
        showBulk(await readBulk(tx, tenant.tenantId, await startUndo(tx, tenant, principal.actor, bytesOf(request.params.bulkId), now))),
      )
    },
  )
}

type Change = Exclude<BulkChange, { change: 'undo' }>

function changeOf(change: z.output<typeof bulkChangeShape>): Change {
  if (change.change !== 'follow-up') return change
  const { dueAt, note, agent, remindAt } = change
  return { change: 'follow_up', plan: { dueAt: Date.parse(dueAt), note, agent, remindAt: remindAt === null ? null : Date.parse(remindAt) } }
}

/** Says no to what would be refused for every lead. */
async function expectPossible({ expectAgent, clock }: ApiParts, tenant: Tenant, change: Change): Promise<void> {
  if (change.change === 'status' && statusOf(tenant.definition, change.to) === undefined)
    throw new Refusal(
      'status-unknown',
      `There is no status "${change.to}": the workflow has ${tenant.definition.statuses.map(({ name }) => name).join(', ')}.`,
    )
  if (change.change === 'follow_up') checkPlan(change.plan, clock())
  const agent = change.change === 'assignee' ? change.to : change.change === 'follow_up' ? change.plan.agent : null
  if (agent !== null) await expectAgent(tenant.tenantId, agent)
}
