import type { Api, ApiParts } from './api-parts.ts'
import { bulkActionRoutes } from './routes/bulk-actions.ts'
import { exportRoutes } from './routes/exports.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { flowRoutes } from './routes/flow.ts'
import { followUpRoutes } from './routes/follow-ups.ts'
import { leadActionRoutes } from './routes/lead-actions.ts'
import { leadRoutes } from './routes/lead.ts'
import { leadListRoutes } from './routes/leads.ts'
import { replayRoutes } from './routes/replays.ts'
import { streamRoutes } from './routes/stream.ts'
import { tenantRoutes } from './routes/tenant.ts'
import { webhookDeliveryRoutes } from './routes/webhook-deliveries.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { viewRoutes } from './routes/views.ts'

/** Every route of the API, a file for each noun. */
export function addRoutes(app: Api, parts: ApiParts): void {
  leadListRoutes(app, parts)
  leadRoutes(app, parts)
  leadActionRoutes(app, parts)
  followUpRoutes(app, parts)
  bulkActionRoutes(app, parts)
  exportRoutes(app, parts)
  tenantRoutes(app, parts)
  webhookRoutes(app, parts)
  webhookDeliveryRoutes(app, parts)
  viewRoutes(app, parts)
  replayRoutes(app, parts)
  deadLetterRoutes(app, parts)
  flowRoutes(app, parts)
  streamRoutes(app, parts)
}
