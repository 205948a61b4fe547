import type { Transaction } from '../mysql/transaction.ts'
import { deadLetterColumns, toDeadLetter, type DeadLetterDbRow, type DeadLetterRow } from './dead-letter-relay.ts'

export type DeadLetterState = 'parked' | 'replayed' | 'dropped'
export type DeadLetterFilter = { state?: DeadLetterState; code?: string; worker?: string; limit: number }

/** Dead letters that match, newest first. */
export async function listDeadLetters(
  tx: Transaction,
  { state, code, worker, limit }: DeadLetterFilter,
): Promise<(DeadLetterRow & { state: DeadLetterState })[]> {
  const conditions = [
    state === undefined ? undefined : 'dead_letters.state = ?',
    code === undefined ? undefined : 'dead_letters.code = ?',
    worker === undefined ? undefined : 'dead_letters.worker = ?',
  ]
  const where = ['TRUE', ...conditions.filter((condition) => condition !== undefined)].join(' AND ')
  const values = [state, code, worker].filter((value) => value !== undefined)
  const rows = await tx.select<DeadLetterDbRow & { state: DeadLetterState }>(
    `SELECT ${deadLetterColumns}, dead_letters.state FROM dead_letters WHERE ${where} ORDER BY dead_letters.parked_at DESC, dead_letters.dead_letter_id LIMIT ${Math.trunc(limit)}`,
    values,
  )
  return rows.map((row) => ({ ...toDeadLetter(row), state: row.state }))
}

/** The dead letter with this id, of whatever tenant. */
export async function findDeadLetter(tx: Transaction, id: Buffer): Promise<(DeadLetterRow & { state: DeadLetterState }) | undefined> {
  const [row] = await tx.select<DeadLetterDbRow & { state: DeadLetterState }>(
    `SELECT ${deadLetterColumns}, dead_letters.state FROM dead_letters WHERE dead_letters.dead_letter_id = ?`,
    [id],
  )
  return row === undefined ? undefined : { ...toDeadLetter(row), state: row.state }
}

/** Marks dead letters as replayed or dropped. */
export async function settleDeadLetters(
  tx: Transaction,
  letters: readonly DeadLetterRow[],
  state: 'replayed' | 'dropped',
  now: Date,
): Promise<void> {
  for (const { tenantId, id } of letters)
    await tx.execute('UPDATE dead_letters SET state = ?, replayed_at = ? WHERE tenant_id = ? AND dead_letter_id = ?', [
      state,
      state === 'replayed' ? now : null,
      tenantId,
      id,
    ])
}
