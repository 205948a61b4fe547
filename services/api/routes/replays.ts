import { z } from 'zod'
import { appendAudit } from '../../accounts/audit.ts'
import { newId } from '../../accounts/identifiers.ts'
import { notFound } from '../../leads/change-leads.ts'
import { uuidOf } from '../../leads/event-identity.ts'
import { visibleFrom } from '../../leads/plan.ts'
import { countReplay, type ReplayRange } from '../../leads/replay-outbox.ts'
import { findReplay, listReplays, startReplay, stopReplay, type Replay } from '../../leads/replays.ts'
import { Refusal } from '../../leads/refusal.ts'
import type { Tenant } from '../../leads/tenants.ts'
import type { Transaction } from '../../platform/mysql/transaction.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { bytesOf, idShape, textShape, timeOf, timeOrNull, timeShape } from '../shapes/common.ts'
import { reading, writing } from '../transactions.ts'

const sequence = z.int().min(1).max(4_294_967_295)
const rangeShape = z
  .union([
    z
      .strictObject({ from: timeShape, to: timeShape })
      .refine(({ from, to }) => Date.parse(from) < Date.parse(to), 'from is not before to')
      .meta({ description: 'What was recorded from `from` until before `to`' }),
    z
      .strictObject({ leadId: idShape, fromSequence: sequence, toSequence: sequence })
      .refine(({ fromSequence, toSequence }) => fromSequence <= toSequence, 'fromSequence is above toSequence')
      .meta({ description: 'A range of one lead’s history' }),
  ])
  .meta({ id: 'ReplayRange' })

const replayShape = z
  .object({
    replayId: idShape,
    state: z.enum(['running', 'done', 'stopped']),
    range: rangeShape,
    reason: z.string(),
    author: z.string(),
    published: z.int().meta({ description: 'Events that were handed to the relay to be published again' }),
    createdAt: timeShape,
    settledAt: timeShape.nullable(),
  })
  .meta({ id: 'Replay' })

const tags = ['operations']
const description =
  'Publishes events to `lead.activity` and `lead.status` again: the same ids, sequences, times and contents, those of a lead in order, with the header `replay`. Readers drop what they have by its sequence. What is new is never held up: old events are published as fast as the relay has nothing else to do.'

/** Outbound replay: what was published is published again. */
export function replayRoutes(app: Api, parts: ApiParts): void {
  app.post(
    '/v1/replays/preview',
    {
      schema: {
        operationId: 'previewReplay',
        summary: 'How many events a replay would publish again',
        tags,
        body: z.strictObject({ range: rangeShape }),
        response: { 200: z.object({ events: z.int() }), ...problems(404, 422) },
      },
      config: { scope: 'operations:write' },
    },
    async (request) => {
      const { tenant } = caller(request)
      const range = rangeOf(request.body.range)
      return await reading(parts, async (tx) => ({
        events: await countReplay(tx, tenant.tenantId, range, await boundOf(tx, tenant, range)),
      }))
    },
  )

  app.post(
    '/v1/replays',
    {
      schema: {
        operationId: 'startReplay',
        summary: 'Publish events again',
        description,
        tags,
        body: z.strictObject({ range: rangeShape, reason: textShape(500).min(1) }),
        response: { 202: replayShape, ...problems(404, 409, 422) },
      },
      config: { scope: 'operations:write' },
    },
    async (request, reply) => {
      const range = rangeOf(request.body.range)
      void reply.code(202)
      return await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        const from = await boundOf(tx, tenant, range)
        const { actor: author } = principal
        const plan = { replayId: newId(now), author, reason: request.body.reason, range }
        const replay = await startReplay(tx, tenant.tenantId, plan, from, now)
        const id = uuidOf(replay.replayId)
        const entry = { tenantId: tenant.tenantId, actor: author, action: 'replay.started', target: `replay:${id}`, details: {} } as const
        await appendAudit(tx, entry, now)
        return show(replay)
      })
    },
  )

  app.get(
    '/v1/replays',
    {
      schema: {
        operationId: 'listReplays',
        summary: 'Replays, newest first',
        tags,
        querystring: z.strictObject({ before: idShape.optional(), limit: z.coerce.number().int().min(1).max(100).default(25) }),
        response: { 200: z.object({ replays: z.array(replayShape), next: idShape.nullable() }), ...problems() },
      },
      config: { scope: 'operations:read' },
    },
    async (request) => {
      const { before, limit } = request.query
      const { tenantId } = caller(request).tenant
      const found = await reading(parts, (tx) => listReplays(tx, tenantId, before === undefined ? undefined : bytesOf(before), limit))
      const last = found.at(-1)
      return { replays: found.map(show), next: last === undefined || found.length < limit ? null : uuidOf(last.replayId) }
    },
  )

  app.get(
    '/v1/replays/:replayId',
    {
      schema: {
        operationId: 'getReplay',
        summary: 'How far a replay is',
        tags,
        params: z.object({ replayId: idShape }),
        response: { 200: replayShape, ...problems(404) },
      },
      config: { scope: 'operations:read' },
    },
    async (request) =>
      show(await reading(parts, (tx) => findReplay(tx, caller(request).tenant.tenantId, bytesOf(request.params.replayId)))),
  )

  app.delete(
    '/v1/replays/:replayId',
    {
      schema: {
        operationId: 'stopReplay',
        summary: 'Stop a replay; what was handed to the relay goes out',
        tags,
        params: z.object({ replayId: idShape }),
        response: { 200: replayShape, ...problems(404) },
      },
      config: { scope: 'operations:write' },
    },
    async (request, reply) =>
      await writing(request, reply, parts, async ({ tx, tenant, now }) =>
        show(await stopReplay(tx, tenant.tenantId, bytesOf(request.params.replayId), now)),
      ),
  )
}

/** The bound of the plan. A lead that it hides is not there. */
async function boundOf(tx: Transaction, tenant: Tenant, range: ReplayRange): Promise<Buffer> {
  const from = await visibleFrom(tx, tenant)
  if ('leadId' in range && Buffer.compare(range.leadId, from) < 0) throw new Refusal('lead-not-found', notFound)
  return from
}

const rangeOf = (range: z.output<typeof rangeShape>): ReplayRange =>
  'leadId' in range ? { ...range, leadId: bytesOf(range.leadId) } : { from: Date.parse(range.from), to: Date.parse(range.to) }

const show = ({ replayId, state, range, reason, author, published, createdAt, settledAt }: Replay): z.input<typeof replayShape> => ({
  replayId: uuidOf(replayId),
  state,
  range: 'leadId' in range ? { ...range, leadId: uuidOf(range.leadId) } : { from: timeOf(range.from), to: timeOf(range.to) },
  reason,
  author,
  published,
  createdAt: timeOf(createdAt),
  settledAt: timeOrNull(settledAt),
})
