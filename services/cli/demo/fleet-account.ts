import type { Knex } from 'knex'
import { eventHashOf } from '../../leads/event-identity.ts'
import type { Tenant } from '../../leads/tenants.ts'
import { transactionOn, type Transaction } from '../../platform/mysql/transaction.ts'
import { sources, type DemoEvent } from './demo-events.ts'

type Batch = { events: DemoEvent[]; broken: DemoEvent[] }

/** The end of the demo that the tenant has already, from the ids of its events; undefined when it has none. */
export async function findAnchor(tx: Transaction, tenantId: number): Promise<number | undefined> {
  const [first] = await tx.select<{ event_id: string }>(
    'SELECT submissions.event_id FROM submissions WHERE submissions.tenant_id = ? AND submissions.source IN (?) ORDER BY submissions.submission_id LIMIT 1',
    [tenantId, Object.values(sources)],
  )
  const found = /^demo-(\d{4})(\d\d)(\d\d)T(\d\d)-/.exec(first?.event_id ?? '')
  return found === null ? undefined : Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]), Number(found[4]))
}

/** The events that have not arrived yet: a good one is known by its identity, a broken one by the key under which it was parked. */
export async function withoutArrived(tx: Transaction, tenantId: number, { events, broken }: Batch): Promise<Batch> {
  const hashes = events.map(({ event }) => eventHashOf(event))
  const seen = new Set(
    hashes.length === 0
      ? []
      : (
          await tx.select<{ event_hash: Buffer }>(
            'SELECT seen_events.event_hash FROM seen_events WHERE seen_events.tenant_id = ? AND seen_events.event_hash IN (?)',
            [tenantId, hashes],
          )
        ).map(({ event_hash }) => event_hash.toString('hex')),
  )
  const parked = new Set(
    broken.length === 0
      ? []
      : (
          await tx.select<{ record_key: Buffer }>(
            'SELECT dead_letters.record_key FROM dead_letters WHERE dead_letters.tenant_id = ? AND dead_letters.record_key IN (?)',
            [tenantId, broken.map(({ key }) => Buffer.from(key))],
          )
        ).map(({ record_key }) => record_key.toString()),
  )
  return {
    events: events.filter((_, index) => !seen.has(hashes[index]?.toString('hex') ?? '')),
    broken: broken.filter(({ key }) => !parked.has(key)),
  }
}

/**
 * Waits until the fleet is through with the events: each is seen or parked, the history is published, and every published row has passed the scorer, whose own rows are
 * published too. So people's work finds leads at rest.
 */
export async function awaitFleet(db: Knex, batches: readonly (Batch & { tenant: Tenant })[], patienceMs: number): Promise<void> {
  const tx = transactionOn(db)
  const deadline = Date.now() + patienceMs
  for (;;) {
    let waitsFor = ''
    for (const { tenant, ...batch } of batches) waitsFor ||= await whatIsLeft(tx, tenant, batch)
    if (waitsFor === '') return
    if (Date.now() > deadline)
      throw new Error(
        `The fleet is not through with the demo's events after ${Math.round(patienceMs / 1000)} s: ${waitsFor}. Look at \`npx tributary lag\`, start what does not run, and seed again.`,
      )
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function whatIsLeft(tx: Transaction, { tenantId, slug }: Tenant, batch: Batch): Promise<string> {
  const left = await withoutArrived(tx, tenantId, batch)
  const missing = left.events.length + left.broken.length
  if (missing > 0) return `${missing} events of ${slug} are not worked off`
  const [history] = await tx.select<{ found: number; pending: number }>(
    'SELECT COUNT(*) AS found, COUNT(lead_events.pending_shard) AS pending FROM lead_events WHERE lead_events.tenant_id = ?',
    [tenantId],
  )
  if (Number(history?.pending) > 0) return `${history?.pending} rows of history of ${slug} are not published`
  const [scored] = await tx.select<{ events: number | string | null }>(
    "SELECT SUM(event_counts.events) AS events FROM event_counts WHERE event_counts.tenant_id = ? AND event_counts.worker = 'lead-scorer'",
    [tenantId],
  )
  const behind = Number(history?.found) - Number(scored?.events ?? 0)
  return behind > 0 ? `${behind} activities of ${slug} are not scored` : ''
}
