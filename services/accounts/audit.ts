import type { Transaction } from '../platform/mysql/transaction.ts'
import { idBytes, idText, newId } from './identifiers.ts'

/** An administrative act. `action` is `<noun>.<what was done>`; `target` is `<noun>:<id>`; `details` holds what was set, never a secret, never an address. */
export type AuditEntry = {
  tenantId: number
  actor: string
  action: `${string}.${string}`
  target: string | null
  details: Record<string, string | number | boolean | null | readonly string[]>
}
export type KeptAuditEntry = Omit<AuditEntry, 'tenantId' | 'action'> & { id: string; action: string; occurredAtMs: number }

/** Writes down what was done, in the transaction that does it. Entries are never changed. */
export async function appendAudit(tx: Transaction, { tenantId, actor, action, target, details }: AuditEntry, now: Date): Promise<void> {
  await tx.insert(
    'audit_log',
    ['tenant_id', 'entry_id', 'actor', 'action', 'target', 'details', 'occurred_at'],
    [[tenantId, newId(now), actor, action, target, JSON.stringify(details), now]],
  )
}

/** `most` entries of the tenant, newest first; those before the entry `before` when it is given. */
export async function listAudit(
  tx: Transaction,
  tenantId: number,
  { before, most }: { before?: string | undefined; most: number },
): Promise<KeptAuditEntry[]> {
  const rows = await tx.select<Row>(
    `SELECT audit_log.entry_id, audit_log.actor, audit_log.action, audit_log.target, audit_log.details, audit_log.occurred_at
     FROM audit_log WHERE audit_log.tenant_id = ? AND audit_log.entry_id < ? ORDER BY audit_log.entry_id DESC LIMIT ${Math.trunc(most)}`,
    [tenantId, before === undefined ? Buffer.alloc(16, 0xff) : idBytes(before)],
  )
  return rows.map((row) => ({
    id: idText(row.entry_id),
    actor: row.actor,
    action: row.action,
    target: row.target,
    details: JSON.parse(row.details) as KeptAuditEntry['details'],
    occurredAtMs: row.occurred_at,
  }))
}

type Row = { entry_id: Buffer; actor: string; action: string; target: string | null; details: string; occurred_at: number }
