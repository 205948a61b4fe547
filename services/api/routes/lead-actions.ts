import { z } from 'zod'
import { changeLead } from '../../leads/change-leads.ts'
import type { LeadChange } from '../../leads/decide-change.ts'
import { readVisibleLead } from '../../leads/lead-detail.ts'
import { addNote, markRead, markUnread } from '../../leads/notes.ts'
import { Refusal } from '../../leads/refusal.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { Problem, problems } from '../problem.ts'
import { bytesOf, idShape, noContent, textShape, timeOf } from '../shapes/common.ts'
import { leadShape, noteShape } from '../shapes/lead.ts'
import { showLeadNow } from '../shapes/show-lead.ts'
import { reading, writing } from '../transactions.ts'

const params = z.object({ leadId: idShape })
const headers = z.object({
  'if-match': z
    .string()
    .regex(/^("\d{1,10}"|\*)$/, 'is no ETag of a lead, for example "7"')
    .optional()
    .meta({ description: 'The ETag that you read: refused with 412, and the newer state, when the lead has changed since' }),
  'idempotency-key': z.string().optional().meta({ description: 'Makes the write safe to repeat for a day' }),
})
const reason = textShape(500).nullable().default(null).meta({ description: 'Why; stands in the history and in the published event' })
const score = z.int().min(0).max(100)

/** What people do with one lead. */
export function leadActionRoutes(app: Api, parts: ApiParts): void {
  const action = <Body extends z.ZodType>(operationId: string, summary: string, body: Body) => ({
    schema: {
      operationId,
      summary,
      tags: ['lead actions'],
      params,
      headers,
      body,
      response: { 200: leadShape, ...problems(404, 409, 412, 422) },
    },
    config: { scope: 'leads:write' as const },
  })

  app.put(
    '/v1/leads/:leadId/status',
    action(
      'changeStatus',
      'Make a move of the workflow; on request with a score set by hand',
      z.strictObject({ to: z.string().min(1).max(64), reason, score: score.optional() }),
    ),
    async (request, reply) => {
      const { score: byHand, ...move } = request.body
      return await change(request, reply, parts, { change: 'status', ...move, ...(byHand === undefined ? {} : { score: byHand }) })
    },
  )

  app.put(
    '/v1/leads/:leadId/assignee',
    action('assign', 'Put an agent in charge, or nobody', z.strictObject({ to: idShape.nullable(), reason })),
    async (request, reply) => {
      const { tenant } = caller(request)
      const { to } = request.body
      if (to !== null) await parts.expectAgent(tenant.tenantId, to)
      return await change(request, reply, parts, { change: 'assignee', ...request.body })
    },
  )

  app.put(
    '/v1/leads/:leadId/score',
    action('setScore', 'Set the score by hand, or lift what was set', z.strictObject({ to: score.nullable(), reason })),
    async (request, reply) => await change(request, reply, parts, { change: 'score', ...request.body }),
  )

  app.post(
    '/v1/leads/:leadId/notes',
    {
      schema: {
        operationId: 'addNote',
        summary: 'Write something down about a lead',
        tags: ['lead actions'],
        params,
        body: z.strictObject({ text: textShape(10_000).min(1) }),
        response: { 201: noteShape, ...problems(404, 422) },
      },
      config: { scope: 'leads:write' },
    },
    async (request, reply) => {
      void reply.code(201)
      return await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        const { writtenAt, ...note } = await addNote(tx, tenant, principal.actor, bytesOf(request.params.leadId), request.body.text, now)
        return { ...note, writtenAt: timeOf(writtenAt) }
      })
    },
  )

  for (const isRead of [true, false]) {
    app[isRead ? 'put' : 'delete'](
      '/v1/leads/:leadId/read',
      {
        schema: {
          operationId: isRead ? 'markRead' : 'markUnread',
          summary: isRead ? 'Mark a lead as read by you, as it is now' : 'Mark a lead as unread by you',
          tags: ['lead actions'],
          params,
          response: { 204: noContent, ...problems(404) },
        },
        config: { scope: 'leads:read' },
      },
      async (request, reply) => {
        void reply.code(204)
        await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
          const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
          if (principal.kind !== 'user') throw new Problem(403, 'people-only', 'A token reads for nobody: sign in as a person.')
          const userId = bytesOf(principal.id)
          if (isRead) await markRead(tx, tenant.tenantId, userId, lead.leadId, lead.sequence, now)
          else await markUnread(tx, tenant.tenantId, userId, lead.leadId)
        })
        return null
      },
    )
  }
}

/** Makes a change on the lead of the request, as If-Match asks; answers the lead as it is then. A 412 carries it too. */
async function change(
  request: FastifyRequest<{ Params: { leadId: string }; Headers: { 'if-match'?: string | undefined } }>,
  reply: FastifyReply,
  parts: ApiParts,
  wanted: LeadChange,
): Promise<z.input<typeof leadShape>> {
  const leadId = bytesOf(request.params.leadId)
  const match = /^"(\d+)"$/.exec(request.headers['if-match'] ?? '')
  try {
    const lead = await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
      await changeLead(tx, tenant, principal.actor, leadId, wanted, now, match === null ? undefined : Number(match[1]))
      return await showLeadNow(tx, tenant, await readVisibleLead(tx, tenant, leadId))
    })
    void reply.header('etag', `"${lead.sequence}"`)
    return lead
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'lead-changed') throw error
    const { tenant } = caller(request)
    const lead = await reading(parts, async (tx) => showLeadNow(tx, tenant, await readVisibleLead(tx, tenant, leadId)))
    throw new Problem(412, error.code, error.message, undefined, { lead })
  }
}
