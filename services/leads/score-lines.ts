import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import type { Lead } from './lead-store.ts'
import { scoreRules, sumOf, type ScoreLine } from './score-rules.ts'
import { textOf } from './decide-contacts.ts'

/** A line with the row of history that it was written for; `author` and `reason` are those of a line that a person set. */
export type WrittenLine = ScoreLine & { leadId: Buffer; sequence: number; author?: string; reason?: string | null }

type LineRow = { lead_id: Buffer; rule: string; evidence: string; version: number; points: number }

/** The lines of leads of one tenant, by lead. The caller holds the leads' locks. */
export async function readLines(tx: Transaction, tenantId: number, leads: readonly Lead[]): Promise<Map<string, ScoreLine[]>> {
  const lines = new Map<string, ScoreLine[]>()
  if (leads.length === 0) return lines
  const rows = await tx.select<LineRow>(
    'SELECT score_lines.lead_id, score_lines.rule, score_lines.evidence, score_lines.version, score_lines.points FROM score_lines WHERE score_lines.tenant_id = ? AND score_lines.lead_id IN (?)',
    [tenantId, leads.map(({ leadId }) => leadId)],
  )
  for (const { lead_id, ...line } of rows) {
    const own = lines.get(textOf(lead_id))
    if (own === undefined) lines.set(textOf(lead_id), [line])
    else own.push(line)
  }
  return lines
}

/** Writes lines of one tenant. */
export async function writeLines(tx: Transaction, tenantId: number, lines: readonly WrittenLine[], now: Date): Promise<void> {
  const rows = lines.map(({ leadId, rule, evidence, version, points, sequence, author, reason }): SqlRow => [
    tenantId,
    leadId,
    rule,
    evidence,
    version,
    points,
    sequence,
    now,
    author ?? null,
    reason ?? null,
  ])
  rows.sort(
    (a, b) =>
      Buffer.compare(a[1] as Buffer, b[1] as Buffer) ||
      compareText(a[2] as string, b[2] as string) ||
      compareText(a[3] as string, b[3] as string),
  )
  await tx.insert(
    'score_lines',
    ['tenant_id', 'lead_id', 'rule', 'evidence', 'version', 'points', 'sequence', 'scored_at', 'author', 'reason'],
    rows,
  )
}

/**
 * The line that brings a lead's score to what a person set (DESIGN D14): its points are the difference to the other lines, so that lines always sum to what is shown.
 * `target` null lifts what was set by hand: the points of all such lines are taken back. Undefined when there is nothing to write.
 */
export function manualLine(existing: readonly ScoreLine[], target: number | null, sequence: number): ScoreLine | undefined {
  const sum = sumOf(existing)
  const byHand = sumOf(existing.filter(({ rule }) => rule === 'manual' || rule === 'manual_lifted'))
  const line =
    target === null
      ? { rule: 'manual_lifted', points: Math.max(0, Math.min(100, sum - byHand)) - sum }
      : { rule: 'manual', points: target - sum }
  return line.points === 0 ? undefined : { ...line, version: scoreRules.version, evidence: String(sequence) }
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
