import type { Transaction } from '../platform/mysql/transaction.ts'
import type { LeadEventKind, LeadEventPayload } from './lead-events.ts'

/** A row of the history that is to be published. Times are milliseconds since 1970. */
export type OutboxRow = {
  tenantId: number
  tenant: string
  leadId: Buffer
  sequence: number
  id: Buffer
  kind: LeadEventKind
  actor: string
  occurredAt: number
  payload: LeadEventPayload
  /** When it was published last; null for a row that never was. */
  publishedAt: number | null
  bytes: number
}

type Row = {
  tenant_id: number
  slug: string
  aggregateid: Buffer
  sequence: number
  id: Buffer
  type: LeadEventKind
  actor: string
  occurred_at: number
  payload: string
  published_at: number | null
}

export type OutboxPosition = { shard: number; tenantId: number; leadId: Buffer; sequence: number }

const selected =
  'lead_events.tenant_id, tenants.slug, lead_events.aggregateid, lead_events.sequence, lead_events.id, lead_events.type, lead_events.actor, lead_events.occurred_at, lead_events.payload, lead_events.published_at'

/**
 * The next unpublished rows of one shard behind `after`, ordered by tenant, lead and sequence: of each lead the oldest first, without a hole, because a row becomes
 * readable only together with all rows before it.
 */
export async function readOutbox(tx: Transaction, shard: number, after: OutboxPosition | undefined, limit: number): Promise<OutboxRow[]> {
  const position = after === undefined ? [] : [after.tenantId, after.tenantId, after.leadId, after.leadId, after.sequence]
  const behind =
    after === undefined
      ? ''
      : 'AND (lead_events.tenant_id > ? OR (lead_events.tenant_id = ? AND (lead_events.aggregateid > ? OR (lead_events.aggregateid = ? AND lead_events.sequence > ?))))'
  const rows = await tx.select<Row>(
    `SELECT ${selected} FROM lead_events JOIN tenants ON tenants.tenant_id = lead_events.tenant_id
     WHERE lead_events.pending_shard = ? ${behind} ORDER BY lead_events.pending_shard, lead_events.tenant_id, lead_events.aggregateid, lead_events.sequence LIMIT ${limit}`,
    [shard, ...position],
  )
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    tenant: row.slug,
    leadId: row.aggregateid,
    sequence: row.sequence,
    id: row.id,
    kind: row.type,
    actor: row.actor,
    occurredAt: row.occurred_at,
    payload: JSON.parse(row.payload) as LeadEventPayload,
    publishedAt: row.published_at,
    bytes: row.payload.length,
  }))
}

/** Those of `shards` that have unpublished rows. */
export async function pendingShards(tx: Transaction, shards: readonly number[]): Promise<number[]> {
  if (shards.length === 0) return []
  const rows = await tx.select<{ shard: number }>('SELECT DISTINCT pending_shard AS shard FROM lead_events WHERE pending_shard IN (?)', [
    shards,
  ])
  return rows.map(({ shard }) => shard)
}

/** Marks rows as published. Marking one again changes nothing. */
export async function markPublished(tx: Transaction, rows: readonly OutboxRow[], now: Date): Promise<void> {
  for (const tenantId of new Set(rows.map((row) => row.tenantId))) {
    const keys = rows.filter((row) => row.tenantId === tenantId).flatMap(({ leadId, sequence }) => [tenantId, leadId, sequence])
    const places = Array.from({ length: keys.length / 3 }, () => '(?,?,?)').join(',')
    await tx.execute(
      `UPDATE lead_events SET published_at = ?, pending_shard = NULL WHERE (tenant_id, aggregateid, sequence) IN (${places})`,
      [now, ...keys],
    )
  }
}

/** How many rows wait to be published, and since when the oldest does (0 for none). */
export async function outboxBacklog(tx: Transaction): Promise<{ pending: number; oldestAt: number }> {
  const [row] = await tx.select<{ pending: number; oldest: number | null }>(
    'SELECT COUNT(*) AS pending, MIN(recorded_at) AS oldest FROM lead_events WHERE pending_shard IS NOT NULL',
  )
  return { pending: Number(row?.pending ?? 0), oldestAt: row?.oldest ?? 0 }
}
