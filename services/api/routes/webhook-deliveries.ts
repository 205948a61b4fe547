import { z } from 'zod'
import { uuidOf } from '../../leads/event-identity.ts'
import {
  listDeliveries,
  readDelivery,
  replayDeliveries,
  replayDelivery,
  type Delivery,
  type DeliveryPosition,
} from '../../leads/webhook-log.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { Problem, problems } from '../problem.ts'
import { bytesOf, idShape, timeOf, timeOrNull, timeShape } from '../shapes/common.ts'
import { reading, writing } from '../transactions.ts'

const deliveryShape = z
  .object({
    deliveryId: idShape,
    messageId: idShape.meta({ description: 'The header webhook-id, the same with each try; also the event_id in Kafka' }),
    leadId: idShape.nullable(),
    sequence: z.int(),
    type: z.string(),
    state: z.enum(['queued', 'sending', 'delivered', 'failed']),
    attempts: z.int(),
    queuedAt: timeShape,
    nextTryAt: timeShape.nullable(),
    settledAt: timeShape.nullable(),
    lastStatus: z.int().nullable().meta({ description: 'Status of the last answer' }),
    lastError: z.string().nullable().meta({ description: 'Why the last try failed: timeout, status, redirect, address-refused …' }),
    lastMs: z.int().nullable(),
  })
  .meta({ id: 'WebhookDelivery' })
const attemptShape = z.object({
  attempt: z.int(),
  triedAt: timeShape,
  status: z.int().nullable(),
  error: z.string().nullable(),
  responseMs: z.int().nullable(),
  response: z.string().nullable().meta({ description: 'Beginning of the answer, at most 500 characters' }),
})
const cursorShape = z.string().regex(/^\d{1,13}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'is no cursor of this list')
const range = { from: timeShape.optional(), to: timeShape.optional().meta({ description: 'Up to this time, without it' }) }
const tags = ['webhooks']
const oneWebhook = z.object({ webhookId: idShape })
const oneDelivery = z.object({ webhookId: idShape, deliveryId: idShape })
const config = { scope: 'webhooks:write' } as const

/** What became of each event that a webhook was to get, and how to send it again. Kept for 30 days. */
export function webhookDeliveryRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/webhooks/:webhookId/deliveries',
    {
      schema: {
        operationId: 'listWebhookDeliveries',
        summary: 'The delivery log, newest first',
        tags,
        params: oneWebhook,
        querystring: z.strictObject({
          state: deliveryShape.shape.state.optional(),
          type: z.string().max(64).optional(),
          leadId: idShape.optional(),
          ...range,
          after: cursorShape.optional(),
          limit: z.coerce.number().int().min(1).max(100).default(25),
        }),
        response: { 200: z.object({ deliveries: z.array(deliveryShape), next: z.string().nullable() }), ...problems(404) },
      },
      config,
    },
    async (request) => {
      const { tenant } = caller(request)
      const { state, type, leadId, from, to, after, limit } = request.query
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(type === undefined ? {} : { type }),
        ...(leadId === undefined ? {} : { leadId: bytesOf(leadId) }),
        ...rangeOf(from, to),
      }
      const found = await reading(parts, (tx) =>
        listDeliveries(tx, tenant, bytesOf(request.params.webhookId), filter, positionOf(after), limit),
      )
      const last = found.at(-1)
      return { deliveries: found.map(show), next: last === undefined || found.length < limit ? null : cursorOf(last) }
    },
  )

  app.get(
    '/v1/webhooks/:webhookId/deliveries/:deliveryId',
    {
      schema: {
        operationId: 'getWebhookDelivery',
        summary: 'One delivery with the body that is sent and each try',
        tags,
        params: oneDelivery,
        response: {
          200: z.object({ delivery: deliveryShape, body: z.string(), attempts: z.array(attemptShape) }),
          ...problems(404),
        },
      },
      config,
    },
    async (request) => {
      const { tenant } = caller(request)
      const { webhookId, deliveryId } = request.params
      const { payload, tries, ...delivery } = await reading(parts, (tx) =>
        readDelivery(tx, tenant, bytesOf(webhookId), bytesOf(deliveryId)),
      )
      return {
        delivery: show(delivery),
        body: payload,
        attempts: tries.map(({ triedAt, ...attempt }) => ({ ...attempt, triedAt: timeOf(triedAt) })),
      }
    },
  )

  app.post(
    '/v1/webhooks/:webhookId/deliveries/:deliveryId/replay',
    {
      schema: {
        operationId: 'replayWebhookDelivery',
        summary: 'Send a delivery again, at once, with the same webhook-id',
        tags,
        params: oneDelivery,
        response: { 202: deliveryShape, ...problems(404, 409) },
      },
      config,
    },
    async (request, reply) => {
      void reply.code(202)
      return await writing(request, reply, parts, async ({ tx, tenant, now }) => {
        const [webhookId, deliveryId] = [bytesOf(request.params.webhookId), bytesOf(request.params.deliveryId)]
        await replayDelivery(tx, tenant, webhookId, deliveryId, now)
        return show(await readDelivery(tx, tenant, webhookId, deliveryId))
      })
    },
  )

  app.post(
    '/v1/webhooks/:webhookId/replay',
    {
      schema: {
        operationId: 'replayWebhook',
        summary: 'Send all failed deliveries again, or all of a time range; call it again with `next` until that is null',
        tags,
        params: oneWebhook,
        body: z.strictObject({
          which: z.enum(['failed', 'all']).meta({ description: 'all: delivered ones too; needs from and to' }),
          ...range,
          after: cursorShape.optional(),
        }),
        response: { 202: z.object({ queued: z.int(), next: z.string().nullable() }), ...problems(404, 409, 422) },
      },
      config,
    },
    async (request, reply) => {
      const { which, from, to, after } = request.body
      if (which === 'all' && (from === undefined || to === undefined))
        throw new Problem(422, 'range-missing', 'Say from when to when all deliveries are to be sent again.', [
          { field: from === undefined ? 'from' : 'to', message: 'is missing' },
        ])
      void reply.code(202)
      return await writing(request, reply, parts, async ({ tx, tenant, now }) => {
        const asked = { failed: which === 'failed', ...rangeOf(from, to) }
        const { queued, next } = await replayDeliveries(tx, tenant, bytesOf(request.params.webhookId), asked, positionOf(after), now)
        return { queued, next: next === null ? null : cursorOf(next) }
      })
    },
  )
}

const rangeOf = (from: string | undefined, to: string | undefined) => ({
  ...(from === undefined ? {} : { from: instantOf(from) }),
  ...(to === undefined ? {} : { to: instantOf(to) }),
})

// An offset can lead out of the years that the database knows.
const instantOf = (time: string) => new Date(Math.min(Math.max(Date.parse(time), 0), Date.UTC(9999, 0)))

const cursorOf = ({ queuedAt, deliveryId }: DeliveryPosition) => `${queuedAt}:${uuidOf(deliveryId)}`

function positionOf(cursor: string | undefined): DeliveryPosition | undefined {
  const [queuedAt, deliveryId] = cursor?.split(':') ?? []
  return queuedAt === undefined || deliveryId === undefined ? undefined : { queuedAt: Number(queuedAt), deliveryId: bytesOf(deliveryId) }
}

const show = ({ deliveryId, eventId, leadId, queuedAt, dueAt, settledAt, ...rest }: Delivery): z.input<typeof deliveryShape> => ({
  ...rest,
  deliveryId: uuidOf(deliveryId),
  messageId: uuidOf(eventId),
  leadId: leadId === null ? null : uuidOf(leadId),
  queuedAt: timeOf(queuedAt),
  nextTryAt: timeOrNull(dueAt),
  settledAt: timeOrNull(settledAt),
})
