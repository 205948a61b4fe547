import { z } from 'zod'
import { appendAudit, type AuditEntry } from '../../accounts/audit.ts'
import { uuidOf } from '../../leads/event-identity.ts'
import {
  countDeadLetters,
  deadLetterStates,
  dropDeadLetter,
  findDeadLetter,
  listDeadLetters,
  type DeadLetterFilter,
} from '../../platform/worker/dead-letter-store.ts'
import { replayDeadLetters } from '../../platform/worker/replay-dead-letters.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { Problem, problems } from '../problem.ts'
import { bytesOf, idShape, textShape, timeShape } from '../shapes/common.ts'
import { deadLetterDetailShape, deadLetterShape, showDeadLetter, showDeadLetterDetail, summaryOf } from '../shapes/dead-letter.ts'
import { reading, writing, type Write } from '../transactions.ts'

const word = z.string().regex(/^[\w.-]{1,249}$/, 'is no name of ours')
const filterShape = z.strictObject({
  state: z.enum([...deadLetterStates, 'any']).default('parked'),
  code: word.optional().meta({ description: 'Only with this reason code' }),
  worker: word.optional().meta({ description: 'Only of this worker' }),
  topic: word.optional().meta({ description: 'Only from this topic' }),
  from: timeShape.optional().meta({ description: 'Only records of this time on' }),
  to: timeShape.optional().meta({ description: 'Only records before this time' }),
})
const params = z.object({ deadLetterId: idShape })
const tags = ['operations']

/** Events that could not be worked on: parked whole, with their reason, until somebody replays or drops them. Those of unknown tenants are nobody's here. */
export function deadLetterRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/dead-letters',
    {
      schema: {
        operationId: 'listDeadLetters',
        summary: 'Events that could not be worked on, newest first',
        tags,
        querystring: filterShape.extend({
          after: z
            .string()
            .regex(/^\d{1,15}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'is no cursor of this list')
            .optional(),
          limit: z.coerce.number().int().min(1).max(100).default(25),
        }),
        response: {
          200: z.object({ deadLetters: z.array(deadLetterShape), total: z.int(), next: z.string().nullable() }),
          ...problems(),
        },
      },
      config: { scope: 'operations:read' },
    },
    async (request) => {
      const { after, limit, ...rest } = request.query
      const filter = filterOf(caller(request).tenant.tenantId, rest)
      const place = after === undefined ? {} : { after: placeOf(after) }
      const { found, total } = await reading(parts, async (tx) => ({
        found: await listDeadLetters(tx, { ...filter, ...place, limit }),
        total: await countDeadLetters(tx, filter),
      }))
      const last = found.at(-1)
      const next = last === undefined || found.length < limit ? null : `${last.parkedAt}:${uuidOf(last.id)}`
      return { deadLetters: found.map(showDeadLetter), total, next }
    },
  )

  app.get(
    '/v1/dead-letters/:deadLetterId',
    {
      schema: {
        operationId: 'getDeadLetter',
        summary: 'One dead letter with its event, personal data masked',
        description:
          'With `reveal=true` nothing is masked and the bytes come along; that needs `operations:write` and stands in the audit log.',
        tags,
        params,
        querystring: z.strictObject({ reveal: z.enum(['true', 'false']).default('false') }),
        response: { 200: deadLetterDetailShape, ...problems(404) },
      },
      config: { scope: 'operations:read' },
    },
    async (request) => {
      const { tenant, principal } = caller(request)
      const isRevealed = request.query.reveal === 'true'
      if (isRevealed && !principal.scopes.has('operations:write'))
        throw new Problem(403, 'scope-missing', 'To see personal data you need the scope operations:write.')
      const id = bytesOf(request.params.deadLetterId)
      const letter = await reading(parts, async (tx) => {
        const found = await findDeadLetter(tx, id, tenant.tenantId)
        if (found === undefined) throw notFound()
        if (isRevealed) await note({ tx, tenant, principal, now: parts.clock() }, 'dead-letter.revealed', id)
        return found
      })
      return await showDeadLetterDetail(letter, parts.decode, isRevealed)
    },
  )

  app.post(
    '/v1/dead-letters/:deadLetterId/replay',
    {
      schema: {
        operationId: 'replayDeadLetter',
        summary: 'Produce a parked event again to its topic, where it is deduplicated like any event',
        tags,
        params,
        response: { 200: deadLetterShape, ...problems(404, 409) },
      },
      config: { scope: 'operations:write' },
    },
    async (request, reply) =>
      await writing(request, reply, parts, async (write) => {
        const id = bytesOf(request.params.deadLetterId)
        const letter = await findParked(write, id)
        await replayDeadLetters(write.tx, parts.produce, [summaryOf(letter)], write.principal.actor, write.now)
        await note(write, 'dead-letter.replayed', id)
        return showDeadLetter(
          summaryOf({ ...letter, state: 'replayed', settledBy: write.principal.actor, replayedAt: write.now.getTime() }),
        )
      }),
  )

  app.post(
    '/v1/dead-letters/replay',
    {
      schema: {
        operationId: 'replayDeadLetters',
        summary: 'Produce the parked events that match again, the newest first; or with `dryRun` only say how many',
        tags,
        body: filterShape.omit({ state: true }).extend({ limit: z.int().min(1).max(500).default(100), dryRun: z.boolean().default(false) }),
        response: {
          200: z.object({
            matching: z.int().meta({ description: 'Parked ones that matched' }),
            replayed: z.int().meta({ description: 'Those that were produced again, `limit` at most' }),
          }),
          ...problems(),
        },
      },
      config: { scope: 'operations:write' },
    },
    async (request, reply) =>
      await writing(request, reply, parts, async (write) => {
        const { limit, dryRun, ...rest } = request.body
        const filter = filterOf(write.tenant.tenantId, { ...rest, state: 'parked' })
        const matching = await countDeadLetters(write.tx, filter)
        if (dryRun) return { matching, replayed: 0 }
        const chosen = await listDeadLetters(write.tx, { ...filter, limit })
        await replayDeadLetters(write.tx, parts.produce, chosen, write.principal.actor, write.now)
        for (const { id } of chosen) await note(write, 'dead-letter.replayed', id)
        return { matching, replayed: chosen.length }
      }),
  )

  app.post(
    '/v1/dead-letters/:deadLetterId/drop',
    {
      schema: {
        operationId: 'dropDeadLetter',
        summary: 'Close a parked event that will not be replayed; it stays on record',
        tags,
        params,
        body: z.strictObject({ reason: textShape(500).min(1) }),
        response: { 200: deadLetterShape, ...problems(404, 409) },
      },
      config: { scope: 'operations:write' },
    },
    async (request, reply) =>
      await writing(request, reply, parts, async (write) => {
        const id = bytesOf(request.params.deadLetterId)
        const letter = await findParked(write, id)
        const { actor } = write.principal
        if (!(await dropDeadLetter(write.tx, letter, actor, request.body.reason))) throw settled()
        await note(write, 'dead-letter.dropped', id)
        return showDeadLetter(summaryOf({ ...letter, state: 'dropped', settledBy: actor, settledReason: request.body.reason }))
      }),
  )
}

async function findParked({ tx, tenant }: Write, id: Buffer) {
  const letter = await findDeadLetter(tx, id, tenant.tenantId)
  if (letter === undefined) throw notFound()
  if (letter.state !== 'parked') throw settled()
  return letter
}

async function note({ tx, tenant, principal, now }: Write, action: AuditEntry['action'], id: Buffer): Promise<void> {
  const entry = { tenantId: tenant.tenantId, actor: principal.actor, action, target: `dead-letter:${uuidOf(id)}`, details: {} }
  await appendAudit(tx, entry, now)
}

const notFound = () => new Problem(404, 'dead-letter-not-found', 'There is no dead letter with this id.')
const settled = () => new Problem(409, 'dead-letter-settled', 'This dead letter is parked no more: it was replayed or dropped.')

function filterOf(tenantId: number, { state, code, worker, topic, from, to }: z.output<typeof filterShape>): DeadLetterFilter {
  return {
    tenantId,
    ...(state === 'any' ? {} : { state }),
    ...(code === undefined ? {} : { code }),
    ...(worker === undefined ? {} : { worker }),
    ...(topic === undefined ? {} : { topic }),
    ...(from === undefined ? {} : { recordedFrom: Date.parse(from) }),
    ...(to === undefined ? {} : { recordedTo: Date.parse(to) }),
  }
}

function placeOf(cursor: string) {
  const [parkedAt = '', id = ''] = cursor.split(':')
  return { parkedAt: Number(parkedAt), id: bytesOf(id) }
}
