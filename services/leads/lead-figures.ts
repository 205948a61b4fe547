import type { Transaction } from '../platform/mysql/transaction.ts'

/** How promising leads are, and how soon somebody took them up. `scores[n]` counts leads with a score of 10n to 10n+9, the last one 90 to 100. */
export type LeadFigures = {
  leads: number
  scores: number[]
  /** Over the newest leads, ten thousand at most: how many there are, how many of them a person or program has changed, and after how long, in milliseconds. */
  looked: number
  acted: number
  medianMs: number | null
  p90Ms: number | null
}

const mostLooked = 10_000
const buckets = 10

/** Figures over the leads that were opened in `[from, to)`, milliseconds, and are not below `visibleFrom`. Lead ids begin with the time of opening, so this is a range of the key. */
export async function readLeadFigures(
  tx: Transaction,
  tenantId: number,
  visibleFrom: Buffer,
  from: number,
  to: number,
): Promise<LeadFigures> {
  const first = firstIdAt(from)
  const range = [tenantId, Buffer.compare(first, visibleFrom) < 0 ? visibleFrom : first, firstIdAt(to)]
  const counted = await tx.select<{ bucket: number; leads: number }>(
    `SELECT LEAST(FLOOR(leads.score / 10), ${buckets - 1}) AS bucket, COUNT(*) AS leads FROM leads
     WHERE leads.tenant_id = ? AND leads.lead_id >= ? AND leads.lead_id < ? GROUP BY bucket`,
    range,
  )
  const scores = Array.from({ length: buckets }, (_, bucket) => Number(counted.find((row) => Number(row.bucket) === bucket)?.leads ?? 0))
  const rows = await tx.select<{ opened_at: number; acted_at: number | null }>(
    `SELECT leads.opened_at,
       (SELECT MIN(lead_events.occurred_at) FROM lead_events WHERE lead_events.tenant_id = leads.tenant_id AND lead_events.aggregateid = leads.lead_id
          AND (lead_events.actor LIKE 'user:%' OR lead_events.actor LIKE 'token:%')) AS acted_at
     FROM leads WHERE leads.tenant_id = ? AND leads.lead_id >= ? AND leads.lead_id < ? ORDER BY leads.lead_id DESC LIMIT ${mostLooked}`,
    range,
  )
  const waits = rows
    .flatMap(({ opened_at, acted_at }) => (acted_at === null ? [] : [Math.max(0, acted_at - opened_at)]))
    .sort((a, b) => a - b)
  return {
    leads: scores.reduce((sum, leads) => sum + leads, 0),
    scores,
    looked: rows.length,
    acted: waits.length,
    medianMs: quantile(waits, 0.5),
    p90Ms: quantile(waits, 0.9),
  }
}

function firstIdAt(ms: number): Buffer {
  const id = Buffer.alloc(16)
  id.writeUIntBE(Math.min(Math.max(0, ms), 2 ** 48 - 1), 0, 6)
  return id
}

/** The smallest value that at least the share `part` of the sorted values does not exceed. */
const quantile = (sorted: readonly number[], part: number): number | null => sorted[Math.ceil(sorted.length * part) - 1] ?? null
