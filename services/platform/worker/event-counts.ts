import type { Transaction } from '../mysql/transaction.ts'
import type { Outcome } from './outcome.ts'

export type Counted = { source: string; receivedAt: number; outcome: Outcome }

const hourMs = 3_600_000

/**
 * Adds the terminal record of each event to the nothing-lost account, in the unit's transaction: per tenant, source and hour (of the record's time), what became of it.
 * The partition is part of the key, so that two units never wait for each other here.
 */
export async function countEvents(
  tx: Transaction,
  at: { worker: string; topic: string; partition: number },
  counted: readonly Counted[],
): Promise<void> {
  const sums = new Map<string, (string | number | Date)[]>()
  for (const { source, receivedAt, outcome } of counted) {
    const word = outcomeWord(outcome)
    const hour = Math.max(0, Math.floor(receivedAt / hourMs) * hourMs)
    const key = `${outcome.tenantId}\0${source}\0${hour}\0${word}`
    const row = sums.get(key)
    if (row === undefined) sums.set(key, [outcome.tenantId, at.worker, at.topic, at.partition, source, new Date(hour), word, 1])
    else row[7] = (row[7] as number) + 1
  }
  const rows = [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await tx.insert(
    'event_counts',
    ['tenant_id', 'worker', 'topic', '`partition`', 'source', 'hour', 'outcome', 'events'],
    rows,
    'events = events + VALUES(events)',
  )
}

/** The word under which an outcome is counted. */
export function outcomeWord(outcome: Outcome): string {
  if (outcome.outcome === 'done') return outcome.as
  return outcome.outcome === 'skipped' ? outcome.reason : 'parked'
}
