import type { Transaction } from '../platform/mysql/transaction.ts'
import type { DisabledReason } from './webhooks.ts'

/** A subscription that disabled itself, of which people are to be told. */
export type WebhookNotice = {
  tenantId: number
  webhookId: Buffer
  url: string
  description: string
  reason: DisabledReason
  note: string
  disabledAt: number
}

const againMs = 5 * 60_000

/** Takes the notices that are due. One that is not settled, because its taker died or the mail server was away, comes up again after five minutes: rather twice than never. */
export async function takeNotices(tx: Transaction, now: Date): Promise<WebhookNotice[]> {
  const rows = await tx.select<{
    tenant_id: number
    webhook_id: Buffer
    url: string
    description: string
    reason: DisabledReason
    note: string
    changed_at: number
  }>(
    `SELECT webhooks.tenant_id, webhooks.webhook_id, webhooks.url, webhooks.description, webhooks.reason, webhooks.note, webhooks.changed_at
     FROM webhooks WHERE webhooks.notice_due_at <= ? ORDER BY webhooks.tenant_id, webhooks.webhook_id LIMIT 20 FOR UPDATE`,
    [now],
  )
  for (const { tenant_id, webhook_id } of rows)
    await tx.execute('UPDATE webhooks SET notice_due_at = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?', [
      new Date(now.getTime() + againMs),
      tenant_id,
      webhook_id,
    ])
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    webhookId: row.webhook_id,
    url: row.url,
    description: row.description,
    reason: row.reason,
    note: row.note,
    disabledAt: row.changed_at,
  }))
}

/** The people have been told. */
export async function settleNotice(tx: Transaction, { tenantId, webhookId }: WebhookNotice): Promise<void> {
  await tx.execute('UPDATE webhooks SET notice_due_at = NULL WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?', [
    tenantId,
    webhookId,
  ])
}
