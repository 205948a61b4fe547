import type { Transaction } from '../platform/mysql/transaction.ts'

/** What can become of an event that was received, in the words of the account. */
export const flowOutcomes = ['newLeads', 'followUps', 'receipts', 'orders', 'notConcerned', 'duplicates', 'parked'] as const
export type FlowOutcome = (typeof flowOutcomes)[number]
export type FlowSums = Record<FlowOutcome, number>

/** The events of one source in one hour (UTC, of the time of their records). `hourAt` is the hour's beginning in milliseconds. */
export type FlowHour = FlowSums & { hourAt: number; source: string }

/** A sum of the account beside what the tables hold. `span`: in the time asked for, or ever. */
export type FlowCheck = { name: 'parked' | 'distinctEvents' | 'submissions'; span: 'asked' | 'ever'; counted: number; found: number }

const outcomeOf: Readonly<Record<string, FlowOutcome>> = {
  new_lead: 'newLeads',
  follow_up: 'followUps',
  receipt: 'receipts',
  order: 'orders',
  not_concerned: 'notConcerned',
  duplicate: 'duplicates',
  parked: 'parked',
}

// Scorer and mailer count the fleet's own events; the account is of those from outside.
const intake = ['broadcast-intake', 'chat-form-intake', 'order-intake']

export const hourMs = 3_600_000

/**
 * The nothing-lost account of a tenant: what became of each event that was received in `[from, to)`, whole hours in milliseconds, by hour and source. An event is counted in the
 * transaction that does its work, once for each time that it was received. Events that name no tenant of ours are in nobody's account.
 */
export async function readFlow(
  tx: Transaction,
  tenantId: number,
  from: number,
  to: number,
  source: string | undefined,
): Promise<FlowHour[]> {
  const rows = await tx.select<{ hour: number; source: string; outcome: string; events: string | number }>(
    `SELECT event_counts.hour, event_counts.source, event_counts.outcome, SUM(event_counts.events) AS events FROM event_counts
     WHERE event_counts.tenant_id = ? AND event_counts.hour >= ? AND event_counts.hour < ? AND event_counts.worker IN (?)
     ${source === undefined ? '' : 'AND event_counts.source = ?'}
     GROUP BY event_counts.hour, event_counts.source, event_counts.outcome ORDER BY event_counts.hour, event_counts.source`,
    [tenantId, new Date(from), new Date(to), intake, ...(source === undefined ? [] : [source])],
  )
  const hours = new Map<string, FlowHour>()
  for (const row of rows) {
    const outcome = outcomeOf[row.outcome]
    if (outcome === undefined) throw new Error(`the account does not know what ${row.outcome} is`)
    const key = `${row.hour}\0${row.source}`
    const hour = hours.get(key) ?? { hourAt: row.hour, source: row.source, ...noFlow() }
    hour[outcome] += Number(row.events)
    hours.set(key, hour)
  }
  return [...hours.values()]
}

/**
 * Holds the account of all sources against what lies in other tables, which other statements wrote: dead letters of the time asked for; ever, the identities of events, each
 * claimed once by whatever took effect; and the links of submissions to leads. One statement, so that events that come in meanwhile are in both sides or in neither.
 */
export async function checkFlow(tx: Transaction, tenantId: number, from: number, to: number): Promise<FlowCheck[]> {
  const counted = (outcomes: string, span = '') =>
    `(SELECT COALESCE(SUM(event_counts.events), 0) FROM event_counts WHERE event_counts.tenant_id = ? AND event_counts.worker IN (?) AND event_counts.outcome IN (${outcomes}) ${span})`
  const asked = [new Date(from), new Date(to)]
  const [row] = await tx.select<Record<string, string | number>>(
    `SELECT
       ${counted("'parked'", 'AND event_counts.hour >= ? AND event_counts.hour < ?')} AS parked_counted,
       (SELECT COUNT(*) FROM dead_letters WHERE dead_letters.tenant_id = ? AND dead_letters.worker IN (?) AND dead_letters.record_at >= ? AND dead_letters.record_at < ?) AS parked_found,
       ${counted("'new_lead', 'follow_up', 'receipt', 'order', 'not_concerned'")} AS distinct_counted,
       (SELECT COUNT(*) FROM seen_events WHERE seen_events.tenant_id = ?) AS distinct_found,
       ${counted("'new_lead', 'follow_up'")} AS submissions_counted,
       (SELECT COUNT(*) FROM lead_submissions WHERE lead_submissions.tenant_id = ?) AS submissions_found`,
    [tenantId, intake, ...asked, tenantId, intake, ...asked, tenantId, intake, tenantId, tenantId, intake, tenantId],
  )
  const pair = (name: string) => ({ counted: Number(row?.[`${name}_counted`] ?? 0), found: Number(row?.[`${name}_found`] ?? 0) })
  return [
    { name: 'parked', span: 'asked', ...pair('parked') },
    { name: 'distinctEvents', span: 'ever', ...pair('distinct') },
    { name: 'submissions', span: 'ever', ...pair('submissions') },
  ]
}

export const noFlow = (): FlowSums => ({ newLeads: 0, followUps: 0, receipts: 0, orders: 0, notConcerned: 0, duplicates: 0, parked: 0 })

/** Every event that was received: the sum of what became of them. */
export const receivedIn = (sums: FlowSums): number => flowOutcomes.reduce((sum, outcome) => sum + sums[outcome], 0)

/** Hours of a source put together by the day on which they begin in `timeZone`, as YYYY-MM-DD. Where a zone is half an hour off, an hour counts to the day of its beginning. */
export function byDay(hours: readonly FlowHour[], timeZone: string): (FlowSums & { day: string; source: string })[] {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const days = new Map<string, FlowSums & { day: string; source: string }>()
  for (const hour of hours) {
    const day = format.format(hour.hourAt)
    const key = `${day}\0${hour.source}`
    const sums = days.get(key) ?? { day, source: hour.source, ...noFlow() }
    for (const outcome of flowOutcomes) sums[outcome] += hour[outcome]
    days.set(key, sums)
  }
  return [...days.values()]
}
