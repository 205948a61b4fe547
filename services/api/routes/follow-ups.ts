import { z } from 'zod'
import { addFollowUp, changeFollowUp, settleFollowUp } from '../../leads/follow-ups.ts'
import { listFollowUps } from '../../leads/list-follow-ups.ts'
import { visibleFrom } from '../../leads/plan.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { Problem, problems } from '../problem.ts'
import { bytesOf, idShape, textShape, timeShape } from '../shapes/common.ts'
import { followUpShape } from '../shapes/lead.ts'
import { showFollowUp } from '../shapes/show-lead.ts'
import { reading, writing } from '../transactions.ts'

const plan = {
  dueAt: timeShape,
  note: textShape(10_000),
  agent: idShape.nullable(),
  remindAt: timeShape.nullable(),
}
const msOf = (time: string) => Date.parse(time)
const tags = ['follow-ups']

/** What is to be done with leads, by when and by whom. */
export function followUpRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/follow-ups',
    {
      schema: {
        operationId: 'listFollowUps',
        summary: 'Follow-ups, the first due first',
        tags,
        querystring: z.strictObject({
          state: z.enum(['due', 'overdue', 'open', 'done']).default('open'),
          agent: z
            .union([z.literal(['me', 'nobody']), idShape])
            .optional()
            .meta({ description: 'Id of an agent, `me` or `nobody`; all when left out' }),
          after: z
            .string()
            .regex(/^\d{1,15}:[0-9a-f-]{36}$/, 'is no cursor of this list')
            .optional(),
          limit: z.coerce.number().int().min(1).max(100).default(25),
        }),
        response: { 200: z.object({ followUps: z.array(followUpShape), next: z.string().nullable() }), ...problems() },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenant, principal } = caller(request)
      const { state, agent, after, limit } = request.query
      const found = await reading(parts, async (tx) =>
        listFollowUps(
          tx,
          tenant.tenantId,
          { state, ...(agent === undefined ? {} : { agent: agent === 'me' ? principal.id : agent === 'nobody' ? null : agent }) },
          await visibleFrom(tx, tenant),
          after === undefined ? undefined : placeOf(after),
          limit,
          parts.clock(),
        ),
      )
      const last = found.at(-1)
      return {
        followUps: found.map(showFollowUp),
        next: last === undefined || found.length < limit ? null : `${last.dueAt}:${last.followUpId}`,
      }
    },
  )

  app.post(
    '/v1/leads/:leadId/follow-ups',
    {
      schema: {
        operationId: 'addFollowUp',
        summary: 'Plan a follow-up of an active lead',
        tags,
        params: z.object({ leadId: idShape }),
        body: z.strictObject({
          ...plan,
          note: plan.note.default(''),
          agent: plan.agent.default(null),
          remindAt: plan.remindAt.default(null),
        }),
        response: { 201: followUpShape, ...problems(404, 409, 422) },
      },
      config: { scope: 'leads:write' },
    },
    async (request, reply) => {
      const { tenant } = caller(request)
      const { dueAt, note, agent, remindAt } = request.body
      if (agent !== null) await parts.expectAgent(tenant.tenantId, agent)
      void reply.code(201)
      return await writing(request, reply, parts, async (write) =>
        showFollowUp(
          await addFollowUp(
            write.tx,
            write.tenant,
            write.principal.actor,
            bytesOf(request.params.leadId),
            { dueAt: msOf(dueAt), note, agent, remindAt: remindAt === null ? null : msOf(remindAt) },
            write.now,
          ),
        ),
      )
    },
  )

  app.patch(
    '/v1/follow-ups/:followUpId',
    {
      schema: {
        operationId: 'changeFollowUp',
        summary: 'Change an open follow-up, or mark it as done or cancelled',
        tags,
        params: z.object({ followUpId: idShape }),
        body: z.strictObject({ ...z.strictObject(plan).partial().shape, state: z.enum(['done', 'cancelled']).optional() }),
        response: { 200: followUpShape, ...problems(404, 409, 422) },
      },
      config: { scope: 'leads:write' },
    },
    async (request, reply) => {
      const { tenant } = caller(request)
      const { state, dueAt, remindAt, ...rest } = request.body
      const change = {
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        ...(dueAt === undefined ? {} : { dueAt: msOf(dueAt) }),
        ...(remindAt === undefined ? {} : { remindAt: remindAt === null ? null : msOf(remindAt) }),
      }
      if (state !== undefined && Object.keys(change).length > 0)
        throw new Problem(422, 'request-invalid', 'Change the follow-up or settle it, not both at once.')
      if (rest.agent !== undefined && rest.agent !== null) await parts.expectAgent(tenant.tenantId, rest.agent)
      const followUpId = bytesOf(request.params.followUpId)
      return await writing(request, reply, parts, async (write) =>
        showFollowUp(
          state === undefined
            ? await changeFollowUp(write.tx, write.tenant, write.principal.actor, followUpId, change, write.now)
            : await settleFollowUp(write.tx, write.tenant, write.principal.actor, followUpId, state, write.now),
        ),
      )
    },
  )
}

function placeOf(cursor: string) {
  const [dueAt = '', id = ''] = cursor.split(':')
  return { dueAt: Number(dueAt), followUpId: bytesOf(id) }
}
