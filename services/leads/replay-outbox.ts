import type { Transaction } from '../platform/mysql/transaction.ts'
import { shardOf } from './lead-events.ts'

/** What is to be published again: rows of the history that were recorded in a span of time, or a range of one lead's rows. Times are milliseconds, `to` is left out. */
export type ReplayRange = { from: number; to: number } | { leadId: Buffer; fromSequence: number; toSequence: number }

/** Where the walk through a tenant's history stands: the last row that was looked at. */
export type ReplayPlace = { leadId: Buffer; sequence: number }

export type ReplayStep = { place: ReplayPlace; looked: number; marked: number; isOver: boolean }

/** How many rows one step looks at: some milliseconds of one transaction. */
const rowsOfStep = 2_000

type Row = { aggregateid: Buffer; sequence: number; recorded_at: number; published_at: number | null; pending_shard: number | null }

/**
 * One step of a replay: looks at the next rows of the tenant's history behind `place` and marks those in the range for the relay again, if they were published before. Ids,
 * sequences, times and contents stay as they are. The walk follows the primary key, for the history has no index by time: intake would pay for it with each event.
 *
 * A lead's rows are marked in their order, and the relay publishes what is pending in order. So a reader sees a run of old sequences, ascending, between or behind newer ones, each record
 * with the header `replay`, and drops those that it has by their sequence. A row that waits for its first publishing is none of ours: it goes out anyway.
 */
export async function replayStep(tx: Transaction, tenantId: number, range: ReplayRange, place: ReplayPlace): Promise<ReplayStep> {
  const rows = await nextRows(tx, tenantId, range, place)
  const chosen = rows.filter((row) => isInRange(row, range) && row.published_at !== null && row.pending_shard === null)
  let marked = 0
  for (const [shard, ofShard] of byShard(chosen)) {
    const places = ofShard.map(() => '(?,?,?)').join(',')
    marked += await tx.execute(
      `UPDATE lead_events SET pending_shard = ? WHERE (tenant_id, aggregateid, sequence) IN (${places}) AND pending_shard IS NULL`,
      [shard, ...ofShard.flatMap(({ aggregateid, sequence }) => [tenantId, aggregateid, sequence])],
    )
  }
  const last = rows.at(-1)
  return {
    place: last === undefined ? place : { leadId: last.aggregateid, sequence: last.sequence },
    looked: rows.length,
    marked,
    isOver: rows.length < rowsOfStep,
  }
}

/** How many rows of leads from `visibleFrom` on a replay of this range would publish now. */
export async function countReplay(tx: Transaction, tenantId: number, range: ReplayRange, visibleFrom: Buffer): Promise<number> {
  const [condition, values] =
    'leadId' in range
      ? ([
          'lead_events.aggregateid = ? AND lead_events.sequence BETWEEN ? AND ?',
          [range.leadId, range.fromSequence, range.toSequence],
        ] as const)
      : (['lead_events.recorded_at >= ? AND lead_events.recorded_at < ?', [new Date(range.from), new Date(range.to)]] as const)
  const [row] = await tx.select<{ found: number }>(
    `SELECT COUNT(*) AS found FROM lead_events
     WHERE lead_events.tenant_id = ? AND lead_events.aggregateid >= ? AND ${condition} AND lead_events.published_at IS NOT NULL AND lead_events.pending_shard IS NULL`,
    [tenantId, visibleFrom, ...values],
  )
  return Number(row?.found ?? 0)
}

/** Whether the relay has so much to do that more would hold up what is new. */
export async function isRelayBusy(tx: Transaction): Promise<boolean> {
  const [row] = await tx.select<{ waiting: number }>(
    `SELECT COUNT(*) AS waiting FROM (SELECT 1 AS one FROM lead_events WHERE lead_events.pending_shard IS NOT NULL LIMIT ${rowsOfStep}) AS pending`,
  )
  return Number(row?.waiting ?? 0) >= rowsOfStep
}

async function nextRows(tx: Transaction, tenantId: number, range: ReplayRange, { leadId, sequence }: ReplayPlace): Promise<Row[]> {
  const [condition, values] =
    'leadId' in range
      ? ([
          'lead_events.aggregateid = ? AND lead_events.sequence > ? AND lead_events.sequence BETWEEN ? AND ?',
          [range.leadId, sequence, range.fromSequence, range.toSequence],
        ] as const)
      : ([
          '(lead_events.aggregateid > ? OR (lead_events.aggregateid = ? AND lead_events.sequence > ?))',
          [leadId, leadId, sequence],
        ] as const)
  return await tx.select<Row>(
    `SELECT lead_events.aggregateid, lead_events.sequence, lead_events.recorded_at, lead_events.published_at, lead_events.pending_shard FROM lead_events
     WHERE lead_events.tenant_id = ? AND ${condition} ORDER BY lead_events.tenant_id, lead_events.aggregateid, lead_events.sequence LIMIT ${rowsOfStep}`,
    [tenantId, ...values],
  )
}

const isInRange = (row: Row, range: ReplayRange) => 'leadId' in range || (row.recorded_at >= range.from && row.recorded_at < range.to)

function byShard(rows: readonly Row[]): Map<number, Row[]> {
  const shards = new Map<number, Row[]>()
  for (const row of rows) {
    const shard = shardOf(row.aggregateid)
    const ofShard = shards.get(shard)
    if (ofShard === undefined) shards.set(shard, [row])
    else ofShard.push(row)
  }
  return shards
}
