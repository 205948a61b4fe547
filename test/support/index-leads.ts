import type { LeadActivity } from '../../schemas/events.ts'
import { indexActivities } from '../../services/lead-indexer/handle-activity.ts'
import { uuidOf } from '../../services/leads/event-identity.ts'
import type { LeadEventPayload } from '../../services/leads/lead-events.ts'
import { withTransaction } from '../../services/platform/mysql/transaction.ts'
import type { World } from './world.ts'

type Row = {
  id: Buffer
  slug: string
  aggregateid: Buffer
  sequence: number
  type: string
  actor: string
  occurred_at: number
  payload: string
}

/** Gives the whole history of the world's leads to the indexer, as one turn on the real database and without a broker in between: from then on leads are found by their words and tags. */
export async function indexLeads(world: World): Promise<void> {
  const rows = await world.tx.select<Row>(
    `SELECT lead_events.id, tenants.slug, lead_events.aggregateid, lead_events.sequence, lead_events.type, lead_events.actor, lead_events.occurred_at, lead_events.payload
     FROM lead_events JOIN tenants ON tenants.tenant_id = lead_events.tenant_id ORDER BY lead_events.tenant_id, lead_events.aggregateid, lead_events.sequence`,
  )
  const events = rows.map((row) => ({ event: toActivity(row), receivedAt: row.occurred_at, isReplay: false }))
  const now = new Date(Date.UTC(2026, 9, 2))
  for (let from = 0; from < events.length; from += 500)
    await withTransaction(world.db, 10_000, (tx) => indexActivities(events.slice(from, from + 500), { tx, now }))
}

function toActivity(row: Row): LeadActivity {
  const payload = JSON.parse(row.payload) as LeadEventPayload
  return {
    event_id: uuidOf(row.id),
    tenant: row.slug,
    occurred_at: row.occurred_at,
    source: payload.source,
    lead_id: uuidOf(row.aggregateid),
    sequence: row.sequence,
    kind: row.type,
    actor: row.actor,
    contact_id: payload.contactId,
    submission_id: payload.submissionId,
    order_id: payload.orderId,
    reason: payload.reason,
    snapshot: payload.snapshot,
  }
}
