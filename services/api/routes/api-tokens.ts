import { z } from 'zod'
import { createToken, listTokens, revokeToken, type ApiToken } from '../../accounts/api-tokens.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { nameShape, scopeShape } from '../shapes/access.ts'
import { idShape, noContent, timeOf, timeOrNull, timeShape } from '../shapes/common.ts'
import { reading, writing } from '../transactions.ts'

const tags = ['tokens']
const tokenShape = z
  .object({
    id: idShape,
    name: z.string(),
    scopes: z.array(scopeShape),
    createdBy: z.string().meta({ description: 'Actor, for example user:<id> or cli' }),
    createdAt: timeShape,
    expiresAt: timeShape.nullable(),
    lastUsedAt: timeShape.nullable().meta({ description: 'To the minute' }),
    revokedAt: timeShape.nullable(),
  })
  .meta({ id: 'ApiToken' })

/** Programs that work for the tenant. */
export function apiTokenRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/tokens',
    {
      schema: {
        operationId: 'listTokens',
        summary: 'All tokens, newest first; their secrets are told once, when they are made',
        tags,
        response: { 200: z.object({ tokens: z.array(tokenShape) }), ...problems() },
      },
      config: { scope: 'tokens:write' },
    },
    async (request) => {
      const { tenant } = caller(request)
      return { tokens: (await reading(parts, (tx) => listTokens(tx, tenant.tenantId))).map(show) }
    },
  )

  app.post(
    '/v1/tokens',
    {
      schema: {
        operationId: 'createToken',
        summary: 'Make a token for a program, with scopes that you have yourself',
        tags,
        body: z.strictObject({
          name: nameShape,
          scopes: z.array(scopeShape).min(1).max(20),
          expiresAt: timeShape.nullable().default(null),
        }),
        response: {
          201: z.object({
            token: tokenShape,
            secret: z.string().nullable().meta({ description: 'Told this once; null when this answers a repeated Idempotency-Key' }),
          }),
          ...problems(422),
        },
      },
      config: { scope: 'tokens:write' },
    },
    async (request, reply) => {
      void reply.code(201)
      const { name, scopes, expiresAt } = request.body
      // Beside the answer that is kept for the Idempotency-Key: only its hash is ever written down.
      const made: { secret: string | null } = { secret: null }
      const token = await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        const wanted = { tenantId: tenant.tenantId, name, scopes, expiresAt: expiresAt === null ? null : new Date(expiresAt) }
        const created = await createToken(tx, principal, wanted, now)
        made.secret = created.secret
        return show(created.token)
      })
      return { token, secret: made.secret }
    },
  )

  app.delete(
    '/v1/tokens/:tokenId',
    {
      schema: {
        operationId: 'revokeToken',
        summary: 'Revoke a token, at once and for good',
        tags,
        params: z.object({ tokenId: idShape }),
        response: { 204: noContent, ...problems(404, 422) },
      },
      config: { scope: 'tokens:write' },
    },
    async (request, reply) => {
      void reply.code(204)
      await writing(request, reply, parts, async ({ tx, tenant, principal, now }) =>
        revokeToken(tx, principal, tenant.tenantId, request.params.tokenId, now),
      )
      return null
    },
  )
}

const show = (token: ApiToken): z.input<typeof tokenShape> => ({
  id: token.id,
  name: token.name,
  scopes: token.scopes,
  createdBy: token.createdBy,
  createdAt: timeOf(token.createdAtMs),
  expiresAt: timeOrNull(token.expiresAtMs),
  lastUsedAt: timeOrNull(token.lastUsedAtMs),
  revokedAt: timeOrNull(token.revokedAtMs),
})
