import { z } from 'zod'
import { uuidOf } from '../../leads/event-identity.ts'
import { webhookTypes } from '../../leads/webhook-events.ts'
import type { Webhook } from '../../leads/webhooks.ts'
import { idShape, textShape, timeOf, timeOrNull, timeShape } from './common.ts'

const typeShape = z.enum([...webhookTypes, '*']).meta({ description: 'A type of event; `*` is all of them, and those that come later' })
/** What a person says of a webhook. */
export const webhookContent = {
  url: z.string().max(2000).meta({ description: 'Where events are posted to: https, a public host, port 443 or one from 1024 on' }),
  description: textShape(200),
  types: z
    .array(typeShape)
    .min(1)
    .max(webhookTypes.length + 1),
}
export const webhookShape = z
  .object({
    webhookId: idShape,
    ...webhookContent,
    state: z.enum(['enabled', 'disabled']),
    reason: z
      .enum(['person', 'gone', 'failing'])
      .nullable()
      .meta({ description: 'Why it is disabled: a person did it, the endpoint answered 410, or it took nothing for three days' }),
    note: z.string().nullable(),
    failures: z.int().meta({ description: 'Tries that failed in a row' }),
    failingSince: timeShape.nullable(),
    oldSecretUntil: timeShape.nullable().meta({ description: 'Until when the secret before the last signs too' }),
    createdBy: z.string(),
    createdAt: timeShape,
    changedAt: timeShape,
  })
  .meta({ id: 'Webhook' })
/** A subscription as the API shows it. */
export const showWebhook = (webhook: Webhook): z.input<typeof webhookShape> => ({
  webhookId: uuidOf(webhook.webhookId),
  url: webhook.url,
  description: webhook.description,
  types: webhook.types,
  state: webhook.state,
  reason: webhook.reason,
  note: webhook.note,
  failures: webhook.failures,
  failingSince: timeOrNull(webhook.failingSince),
  oldSecretUntil: timeOrNull(webhook.previousUntil),
  createdBy: webhook.createdBy,
  createdAt: timeOf(webhook.createdAt),
  changedAt: timeOf(webhook.changedAt),
})
