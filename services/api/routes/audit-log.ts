import { z } from 'zod'
import { listAudit } from '../../accounts/audit.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { idShape, timeOf, timeShape } from '../shapes/common.ts'
import { reading } from '../transactions.ts'

const detail = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
const entryShape = z
  .object({
    id: idShape,
    actor: z.string().meta({ description: 'user:<id>, token:<id> or cli' }),
    action: z.string().meta({ description: 'For example user.role-changed' }),
    target: z.string().nullable().meta({ description: 'What it was done to, for example user:<id>' }),
    details: z.record(z.string(), detail),
    occurredAt: timeShape,
  })
  .meta({ id: 'AuditEntry' })

/** What was done to users, tokens and settings, and by whom. */
export function auditLogRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/audit-log',
    {
      schema: {
        operationId: 'listAuditLog',
        summary: 'Administrative acts, newest first',
        tags: ['audit'],
        querystring: z.strictObject({
          before: idShape.optional().meta({ description: 'The `next` of the page before' }),
          limit: z.coerce.number().int().min(1).max(100).default(25),
        }),
        response: { 200: z.object({ entries: z.array(entryShape), next: idShape.nullable() }), ...problems() },
      },
      config: { scope: 'audit:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      const { before, limit } = request.query
      const found = await reading(parts, (tx) => listAudit(tx, tenant.tenantId, { before, most: limit }))
      const entries = found.map(({ occurredAtMs, ...entry }) => ({
        ...entry,
        details: copyOf(entry.details),
        occurredAt: timeOf(occurredAtMs),
      }))
      return { entries, next: found.length < limit ? null : (found.at(-1)?.id ?? null) }
    },
  )
}

const copyOf = (details: Readonly<Record<string, string | number | boolean | null | readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      Array.isArray(value) ? [...(value as string[])] : (value as Exclude<typeof value, readonly string[]>),
    ]),
  )
