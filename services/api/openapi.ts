import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Api } from './api-parts.ts'
import { describeWebhooks } from './shapes/webhook-event.ts'
import { tidyDocument } from './tidy-document.ts'

const description = `Work the leads of a tenant: find, read, change, export them, follow them live.

* The tenant is that of the credential: \`Authorization: Bearer trb_…\` for programs, a session cookie and the header \`x-csrf-token\` for people.
* Errors are problem details (RFC 9457) with a \`code\` that never changes its meaning and, for wrong input, the fields.
* \`Idempotency-Key\` makes any write safe to repeat for a day. \`ETag\` and \`If-Match\` on a lead keep two people from overwriting each other: 412 carries the newer state.
* Ids are UUIDs, times RFC 3339 in UTC, money is in minor units with its currency.`

const name =
  '<svg xmlns="http://www.w3.org/2000/svg" width="130" height="32"><text x="0" y="23" fill="#fff" font-family="sans-serif" font-size="22" font-weight="600">Tributary</text></svg>'
const logo = { type: 'image/svg+xml', content: Buffer.from(name) }

/** Describes every route as OpenAPI 3.1, and serves the document at /docs/json and, to be read, at /docs. */
export async function describeApi(app: Api): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Tributary', description, version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token' },
          session: { type: 'apiKey', in: 'cookie', name: 'tributary_session', description: 'The session of a person' },
        },
      },
      webhooks: describeWebhooks(),
      security: [{ token: [] }, { session: [] }],
    },
    transformObject: (documents) => tidyDocument(jsonSchemaTransformObject(documents)),
    transform: (route) => {
      const transformed = jsonSchemaTransform(route)
      const { scope } = route.route.config ?? {}
      const access = scope === 'public' ? { security: [] } : scope === 'signed-in' ? {} : { 'x-scope': scope }
      return { ...transformed, schema: { ...transformed.schema, ...access } }
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, theme: { title: 'Tributary API' }, logo })
}
