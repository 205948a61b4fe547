import type { Api, ApiParts } from './api-parts.ts'
import { followUpRoutes } from './routes/follow-ups.ts'
import { leadActionRoutes } from './routes/lead-actions.ts'
import { leadRoutes } from './routes/lead.ts'
import { tenantRoutes } from './routes/tenant.ts'

/** Every route of the API, a file for each noun. */
export function addRoutes(app: Api, parts: ApiParts): void {
  leadRoutes(app, parts)
  leadActionRoutes(app, parts)
  followUpRoutes(app, parts)
  tenantRoutes(app, parts)
}
