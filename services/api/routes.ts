import type { Api, ApiParts } from './api-parts.ts'
import { agentRoutes } from './routes/agents.ts'
import { apiTokenRoutes } from './routes/api-tokens.ts'
import { auditLogRoutes } from './routes/audit-log.ts'
import { bulkActionRoutes } from './routes/bulk-actions.ts'
import { exportRoutes } from './routes/exports.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { flowRoutes } from './routes/flow.ts'
import { followUpRoutes } from './routes/follow-ups.ts'
import { invitationRoutes } from './routes/invitations.ts'
import { leadActionRoutes } from './routes/lead-actions.ts'
import { leadRoutes } from './routes/lead.ts'
import { leadListRoutes } from './routes/leads.ts'
import { openIdRoutes } from './routes/open-id.ts'
import { ownAccountRoutes } from './routes/own-account.ts'
import { sessionRoutes } from './routes/session.ts'
import { replayRoutes } from './routes/replays.ts'
import { streamRoutes } from './routes/stream.ts'
import { tenantRoutes } from './routes/tenant.ts'
import { userRoutes } from './routes/users.ts'
import { viewRoutes } from './routes/views.ts'
import { webhookDeliveryRoutes } from './routes/webhook-deliveries.ts'
import { webhookRoutes } from './routes/webhooks.ts'

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
  sessionRoutes(app, parts)
  ownAccountRoutes(app, parts)
  openIdRoutes(app, parts)
  invitationRoutes(app, parts)
  userRoutes(app, parts)
  agentRoutes(app, parts)
  apiTokenRoutes(app, parts)
  auditLogRoutes(app, parts)
  replayRoutes(app, parts)
  deadLetterRoutes(app, parts)
  flowRoutes(app, parts)
  streamRoutes(app, parts)
}
