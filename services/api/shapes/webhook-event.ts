import { z } from 'zod'
import { testType, webhookTypes } from '../../leads/webhook-events.ts'
import { idShape, timeShape } from './common.ts'

/** The body of a webhook about a lead, as services/leads/webhook-events.ts makes it. */
export const leadEventShape = z.strictObject({
  type: z.enum(webhookTypes).meta({ description: 'Types that come later have the same data: pass over those that you do not know' }),
  timestamp: timeShape.meta({ description: 'When it happened; webhook-timestamp is when it was sent' }),
  data: z.strictObject({
    tenant: z.string(),
    leadId: idShape,
    sequence: z.int().meta({ description: 'Number of the event within its lead, without gaps where you subscribe to *' }),
    status: z.string(),
    previousStatus: z.string().nullable(),
    final: z.boolean(),
    score: z.int(),
    tags: z.array(z.string()),
    assignee: z.string().nullable(),
    actorKind: z.string().meta({ description: 'Who did it: user, token, rule, system' }),
    reason: z.string().nullable(),
    submissionId: idShape.nullable(),
    orderId: z.string().nullable(),
    visitorId: z.string().nullable(),
    conversationId: z.string().nullable(),
  }),
})

const testEventShape = z.strictObject({
  type: z.literal(testType),
  timestamp: timeShape,
  data: z.strictObject({ tenant: z.string(), message: z.string() }),
})

/** What the document says of the requests that webhooks make. */
export function describeWebhooks(): Record<string, object> {
  const header = (name: string, description: string) => ({ name, in: 'header', required: true, description, schema: { type: 'string' } })
  const item = (operationId: string, summary: string, shape: z.ZodType) => ({
    post: {
      operationId,
      summary,
      tags: ['webhooks'],
      security: [],
      parameters: [
        header('webhook-id', 'Id of the event, the same with each try: drop repeats by it'),
        header('webhook-timestamp', 'When this try was made, seconds since 1970: refuse what is older than some minutes'),
        header('webhook-signature', 'v1, and the HMAC-SHA256 of id.timestamp.body in base64; one for each secret (Standard Webhooks)'),
      ],
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(shape) } } },
      responses: {
        '2XX': { description: 'Taken. Any other answer, or none within 15 seconds, brings the event again, for three days' },
        '410': { description: 'No more: the webhook is disabled' },
      },
    },
  })
  return {
    leadEvent: item('leadEvent', 'Something happened to a lead', leadEventShape),
    testEvent: item('testEvent', 'Somebody tries the webhook', testEventShape),
  }
}

/** Named shapes stand among the components of the document. */
function schemaOf(shape: z.ZodType): unknown {
  const { $schema: _, $defs: __, ...schema } = z.toJSONSchema(shape)
  return JSON.parse(JSON.stringify(schema).replaceAll('#/$defs/', '#/components/schemas/'))
}
