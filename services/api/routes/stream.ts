import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller, credentialsOf } from '../authenticate.ts'
import { problems } from '../problem.ts'

const description = `Server-sent events (text/event-stream) over the leads of your tenant.

* \`ready\` comes first: every event behind it follows. \`reset\` instead says that events may be missing: load what you show again.
* \`lead\` tells that something happened to a lead: \`{ leadId, sequence, kind, actorKind, status, active, score, tags, assignee, occurredAt }\`, the state after it. Events of a lead come in the order of \`sequence\`; drop what is not higher than what you have.
* Each event has an id. Come back with it (\`Last-Event-ID\`, as browsers do, or \`?lastEventId=\`) and nothing is missing or repeated, or a \`reset\` says so. Ids are opaque.
* A comment every 15 seconds shows that the stream lives. Open the stream first, then load the list.`

/** What happens to leads, as it happens. */
export function streamRoutes(app: Api, parts: ApiParts): void {
  // Before the server waits for its connections to end.
  app.addHook('preClose', async () => parts.streams.stop())

  app.get(
    '/v1/stream',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'followLeads',
        summary: 'Follow what happens to leads, live',
        description,
        tags: ['leads'],
        querystring: z.strictObject({
          lastEventId: z.string().max(16_000).optional().meta({ description: 'Like the header Last-Event-ID, which goes first' }),
        }),
        response: { 200: { content: { 'text/event-stream': { schema: z.string() } } }, ...problems() },
      },
      config: { scope: 'leads:read' },
    },
    async (request, reply) => {
      const { principal, tenant } = caller(request)
      const credentials = credentialsOf(request)
      const header = request.headers['last-event-id']
      const connection = await parts.streams.connect({
        tenantId: tenant.tenantId,
        tenant: tenant.slug,
        principal: principal.actor,
        lastEventId: (typeof header === 'string' && header !== '' ? header : undefined) ?? request.query.lastEventId,
        isStillAllowed: async () => {
          const now = await parts.identify({ ...credentials, isOnlyLooking: true })
          return now?.id === principal.id && now.tenantId === principal.tenantId && now.scopes.has('leads:read')
        },
      })
      // The shape of the answer is that of its text.
      return await (reply as FastifyReply)
        .headers({
          'content-type': 'text/event-stream; charset=utf-8',
          // No proxy may keep, change or collect it (nginx listens to x-accel-buffering).
          'cache-control': 'no-store, no-transform',
          'x-accel-buffering': 'no',
          // The connection is of no use behind the stream, and must not hold up the end of this process.
          connection: 'close',
        })
        .send(connection.body)
    },
  )
}
