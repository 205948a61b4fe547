import type { SqlValue, Transaction } from '../mysql/transaction.ts'
import { deadLetterColumns, toDeadLetter, type DeadLetterDbRow, type DeadLetterRow } from './dead-letter-relay.ts'

export const deadLetterStates = ['parked', 'replayed', 'dropped'] as const
export type DeadLetterState = (typeof deadLetterStates)[number]

/** Which dead letters. Without `tenantId` those of all tenants and of none: only for who runs the fleet. */
export type DeadLetterFilter = {
  tenantId?: number
  state?: DeadLetterState
  code?: string
  worker?: string
  topic?: string
  /** Only records of this time on, and before that time; milliseconds. */
  recordedFrom?: number
  recordedTo?: number
}
/** A place in the list, which is newest first. */
export type DeadLetterPlace = { parkedAt: number; id: Buffer }

type Settled = { state: DeadLetterState; settledBy: string | null; settledReason: string | null; replayedAt: number | null }

/** A dead letter without its bytes: what a list shows. */
export type DeadLetterSummary = Omit<DeadLetterRow, 'key' | 'value' | 'headers'> & Settled & { keyBytes: number; valueBytes: number }
export type FoundDeadLetter = DeadLetterRow & Settled

const summaryColumns =
  'dead_letters.tenant_id, dead_letters.dead_letter_id, dead_letters.worker, dead_letters.topic, dead_letters.`partition`, dead_letters.`offset`, dead_letters.code, dead_letters.reason, LENGTH(dead_letters.record_key) AS key_bytes, LENGTH(dead_letters.record_value) AS value_bytes, dead_letters.record_at, dead_letters.parked_at'
const settledColumns = 'dead_letters.state, dead_letters.settled_by, dead_letters.settled_reason, dead_letters.replayed_at'

type SettledDbRow = { state: DeadLetterState; settled_by: string | null; settled_reason: string | null; replayed_at: number | null }
type SummaryDbRow = Omit<DeadLetterDbRow, 'record_key' | 'record_value' | 'record_headers'> &
  SettledDbRow & { key_bytes: number | null; value_bytes: number | null }

/** Dead letters that match, newest first, behind `after`, at most `limit`. */
export async function listDeadLetters(
  tx: Transaction,
  filter: DeadLetterFilter & { after?: DeadLetterPlace; limit: number },
): Promise<DeadLetterSummary[]> {
  const { after, limit } = filter
  const [where, values] = conditionOf(filter)
  const behind =
    after === undefined ? '' : 'AND (dead_letters.parked_at < ? OR (dead_letters.parked_at = ? AND dead_letters.dead_letter_id < ?))'
  const place = after === undefined ? [] : [new Date(after.parkedAt), new Date(after.parkedAt), after.id]
  const rows = await tx.select<SummaryDbRow>(
    `SELECT ${summaryColumns}, ${settledColumns} FROM dead_letters WHERE ${where} ${behind}
     ORDER BY dead_letters.parked_at DESC, dead_letters.dead_letter_id DESC LIMIT ${Math.trunc(limit)}`,
    [...values, ...place],
  )
  return rows.map(toSummary)
}

/** How many dead letters match. */
export async function countDeadLetters(tx: Transaction, filter: DeadLetterFilter): Promise<number> {
  const [where, values] = conditionOf(filter)
  const [row] = await tx.select<{ found: number }>(`SELECT COUNT(*) AS found FROM dead_letters WHERE ${where}`, values)
  return Number(row?.found ?? 0)
}

/** The dead letter with this id, whole; of whatever tenant when none is given. */
export async function findDeadLetter(tx: Transaction, id: Buffer, tenantId?: number): Promise<FoundDeadLetter | undefined> {
  const [where, values] = conditionOf(tenantId === undefined ? {} : { tenantId })
  const [row] = await tx.select<DeadLetterDbRow & SettledDbRow>(
    `SELECT ${deadLetterColumns}, ${settledColumns} FROM dead_letters WHERE ${where} AND dead_letters.dead_letter_id = ?`,
    [...values, id],
  )
  return row === undefined ? undefined : { ...toDeadLetter(row), ...toSettled(row) }
}

/** These dead letters whole, as far as they are there. */
export async function readDeadLetters(tx: Transaction, letters: readonly { tenantId: number; id: Buffer }[]): Promise<DeadLetterRow[]> {
  if (letters.length === 0) return []
  const places = letters.map(() => '(?,?)').join(',')
  const rows = await tx.select<DeadLetterDbRow>(
    `SELECT ${deadLetterColumns} FROM dead_letters WHERE (dead_letters.tenant_id, dead_letters.dead_letter_id) IN (${places})`,
    letters.flatMap(({ tenantId, id }) => [tenantId, id]),
  )
  return rows.map(toDeadLetter)
}

/** Notes that dead letters were produced again, and by whom. One that was dropped meanwhile counts as replayed: it is in its topic. */
export async function markReplayed(
  tx: Transaction,
  letters: readonly { tenantId: number; id: Buffer }[],
  by: string,
  now: Date,
): Promise<void> {
  for (const { tenantId, id } of letters)
    await tx.execute(
      "UPDATE dead_letters SET state = 'replayed', replayed_at = ?, settled_by = ? WHERE tenant_id = ? AND dead_letter_id = ?",
      [now, by, tenantId, id],
    )
}

/** Closes a parked dead letter that will not be replayed; it stays on record with who did it and why. Answers false when it is parked no more. */
export async function dropDeadLetter(
  tx: Transaction,
  { tenantId, id }: { tenantId: number; id: Buffer },
  by: string,
  reason: string,
): Promise<boolean> {
  const changed = await tx.execute(
    "UPDATE dead_letters SET state = 'dropped', settled_by = ?, settled_reason = ? WHERE tenant_id = ? AND dead_letter_id = ? AND state = 'parked'",
    [by, reason, tenantId, id],
  )
  return changed === 1
}

function conditionOf(filter: DeadLetterFilter): [string, SqlValue[]] {
  const conditions: [string, SqlValue | undefined][] = [
    ['dead_letters.tenant_id = ?', filter.tenantId],
    ['dead_letters.state = ?', filter.state],
    ['dead_letters.code = ?', filter.code],
    ['dead_letters.worker = ?', filter.worker],
    ['dead_letters.topic = ?', filter.topic],
    ['dead_letters.record_at >= ?', filter.recordedFrom === undefined ? undefined : new Date(filter.recordedFrom)],
    ['dead_letters.record_at < ?', filter.recordedTo === undefined ? undefined : new Date(filter.recordedTo)],
  ]
  const given = conditions.filter((condition): condition is [string, SqlValue] => condition[1] !== undefined)
  return [['TRUE', ...given.map(([text]) => text)].join(' AND '), given.map(([, value]) => value)]
}

const toSummary = (row: SummaryDbRow): DeadLetterSummary => {
  const {
    key: _key,
    value: _value,
    headers: _headers,
    ...rest
  } = toDeadLetter({ ...row, record_key: null, record_value: null, record_headers: '{}' })
  return { ...rest, ...toSettled(row), keyBytes: row.key_bytes ?? 0, valueBytes: row.value_bytes ?? 0 }
}

const toSettled = (row: SettledDbRow): Settled => ({
  state: row.state,
  settledBy: row.settled_by,
  settledReason: row.settled_reason,
  replayedAt: row.replayed_at,
})
