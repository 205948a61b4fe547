import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { appendAudit } from '../../accounts/audit.ts'
import { uuidOf } from '../../leads/event-identity.ts'
import { queueTestDelivery } from '../../leads/webhook-deliveries.ts'
import {
  addWebhook,
  changeWebhook,
  disableWebhook,
  enableWebhook,
  listWebhooks,
  readWebhook,
  removeWebhook,
  rotateSecret,
  type WebhookContent,
} from '../../leads/webhooks.ts'
import {
  AddressRefused,
  AddressUnknown,
  parseOutboundUrl,
  resolveOutbound,
  type OutboundRules,
} from '../../platform/http/outbound-address.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { Problem, problems } from '../problem.ts'
import { bytesOf, idShape, noContent } from '../shapes/common.ts'
import { showWebhook, webhookContent, webhookShape } from '../shapes/webhook.ts'
import { reading, writing, type Write } from '../transactions.ts'

const secretShape = z.string().meta({ description: 'Key of the signatures (Standard Webhooks), shown now and never again' })
const tags = ['webhooks']
const params = z.object({ webhookId: idShape })
const config = { scope: 'webhooks:write' } as const

/** Subscriptions to events, for programs that do not read Kafka. */
export function webhookRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/webhooks',
    {
      schema: {
        operationId: 'listWebhooks',
        summary: 'Your webhooks',
        tags,
        response: { 200: z.object({ webhooks: z.array(webhookShape) }), ...problems() },
      },
      config,
    },
    async (request) => {
      const { tenant } = caller(request)
      return { webhooks: (await reading(parts, (tx) => listWebhooks(tx, tenant.tenantId))).map(showWebhook) }
    },
  )

  app.post(
    '/v1/webhooks',
    {
      schema: {
        operationId: 'addWebhook',
        summary: 'Subscribe an address to events; the answer holds the secret, once',
        tags,
        body: z.strictObject({ ...webhookContent, description: webhookContent.description.default('') }),
        response: { 201: z.object({ webhook: webhookShape, secret: secretShape }), ...problems(409, 422) },
      },
      config,
    },
    async (request, reply) => {
      await expectReachable(request.body.url, parts.outbound)
      void reply.code(201)
      return await writing(request, reply, parts, async (write) => {
        const { tx, tenant, principal, now } = write
        const { webhook, secret } = await addWebhook(tx, tenant, request.body, principal.actor, now)
        await audit(write, 'added', webhook.webhookId, { host: new URL(webhook.url).host, types: webhook.types })
        return { webhook: showWebhook(webhook), secret }
      })
    },
  )

  app.get(
    '/v1/webhooks/:webhookId',
    {
      schema: { operationId: 'getWebhook', summary: 'One webhook', tags, params, response: { 200: webhookShape, ...problems(404) } },
      config,
    },
    async (request) => {
      const { tenant } = caller(request)
      return showWebhook(await reading(parts, (tx) => readWebhook(tx, tenant.tenantId, bytesOf(request.params.webhookId))))
    },
  )

  app.patch(
    '/v1/webhooks/:webhookId',
    {
      schema: {
        operationId: 'changeWebhook',
        summary: 'Change address, description or types; what is left out stays',
        tags,
        params,
        body: z.strictObject({
          url: webhookContent.url.optional(),
          description: webhookContent.description.optional(),
          types: webhookContent.types.optional(),
        }),
        response: { 200: webhookShape, ...problems(404, 422) },
      },
      config,
    },
    async (request, reply) => {
      if (request.body.url !== undefined) await expectReachable(request.body.url, parts.outbound)
      const change = Object.fromEntries(Object.entries(request.body).filter(([, value]) => value !== undefined)) as Partial<WebhookContent>
      return await writing(request, reply, parts, async (write) => {
        const webhook = await changeWebhook(write.tx, write.tenant.tenantId, bytesOf(request.params.webhookId), change, write.now)
        await audit(write, 'changed', webhook.webhookId, { host: new URL(webhook.url).host, types: webhook.types })
        return showWebhook(webhook)
      })
    },
  )

  app.delete(
    '/v1/webhooks/:webhookId',
    {
      schema: {
        operationId: 'removeWebhook',
        summary: 'Remove a webhook with its log',
        tags,
        params,
        response: { 204: noContent, ...problems(404) },
      },
      config,
    },
    async (request, reply) => {
      void reply.code(204)
      await writing(request, reply, parts, async (write) => {
        const webhookId = bytesOf(request.params.webhookId)
        await removeWebhook(write.tx, write.tenant.tenantId, webhookId, write.now)
        await audit(write, 'removed', webhookId, {})
      })
      return null
    },
  )

  app.post(
    '/v1/webhooks/:webhookId/rotate-secret',
    {
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Get a new secret; the old one signs too for a while',
        tags,
        params,
        body: z.strictObject({
          graceHours: z
            .number()
            .min(0)
            .max(168)
            .default(24)
            .meta({ description: 'How long the old secret signs too; 0 when it has become known to others' }),
        }),
        response: { 200: z.object({ secret: secretShape }), ...problems(404) },
      },
      config,
    },
    async (request, reply) =>
      await writing(request, reply, parts, async (write) => {
        const webhookId = bytesOf(request.params.webhookId)
        const { graceHours } = request.body
        const secret = await rotateSecret(write.tx, write.tenant.tenantId, webhookId, graceHours * 3_600_000, write.now)
        await audit(write, 'secret-rotated', webhookId, { graceHours })
        return { secret }
      }),
  )

  for (const [verb, summary, change] of [
    ['enable', 'Enable a webhook again; what failed meanwhile is sent by a replay', enableWebhook],
    ['disable', 'Stop a webhook; what waits for it is given up', disableWebhook],
  ] as const)
    app.post(
      `/v1/webhooks/:webhookId/${verb}`,
      {
        schema: { operationId: `${verb}Webhook`, summary, tags, params, response: { 200: webhookShape, ...problems(404) } },
        config,
      },
      async (request, reply) =>
        await writing(request, reply, parts, async (write) => {
          const { tx, tenant, principal, now } = write
          const webhook = await change(tx, tenant.tenantId, bytesOf(request.params.webhookId), principal.actor, now)
          await audit(write, `${verb}d`, webhook.webhookId, {})
          return showWebhook(webhook)
        }),
    )

  app.post(
    '/v1/webhooks/:webhookId/test',
    {
      schema: {
        operationId: 'testWebhook',
        summary: 'Send a test event; its delivery tells what became of it',
        tags,
        params,
        response: { 202: z.object({ deliveryId: idShape }), ...problems(404, 409) },
      },
      config,
    },
    async (request, reply) => {
      void reply.code(202)
      return await writing(request, reply, parts, async ({ tx, tenant, now }) => ({
        deliveryId: uuidOf(await queueTestDelivery(tx, tenant, bytesOf(request.params.webhookId), randomBytes(16), now)),
      }))
    },
  )
}

/** The address is looked at again with each connection; here it is for the person who typed it. */
async function expectReachable(text: string, rules: OutboundRules): Promise<void> {
  try {
    await resolveOutbound(parseOutboundUrl(text, rules).hostname, rules)
  } catch (error) {
    if (!(error instanceof AddressRefused) && !(error instanceof AddressUnknown)) throw error
    throw new Problem(422, error.code, error.message, [{ field: 'url', message: error.message }])
  }
}

type Details = Parameters<typeof appendAudit>[1]['details']

const audit = ({ tx, tenant, principal, now }: Write, what: string, webhookId: Buffer, details: Details) =>
  appendAudit(
    tx,
    { tenantId: tenant.tenantId, actor: principal.actor, action: `webhook.${what}`, target: `webhook:${uuidOf(webhookId)}`, details },
    now,
  )
