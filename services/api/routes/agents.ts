import { z } from 'zod'
import { listAgents } from '../../accounts/user-store.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { idShape } from '../shapes/common.ts'
import { reading } from '../transactions.ts'

/** Those who can be put in charge of leads. */
export function agentRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/agents',
    {
      schema: {
        operationId: 'listAgents',
        summary: 'Who can be put in charge of leads, by name',
        tags: ['users'],
        response: { 200: z.object({ agents: z.array(z.object({ id: idShape, name: z.string() })) }), ...problems() },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      return { agents: await reading(parts, (tx) => listAgents(tx, tenant.tenantId)) }
    },
  )
}
