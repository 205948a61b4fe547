import type { Transaction } from '../platform/mysql/transaction.ts'
import type { WebhookKey } from './webhook-claims.ts'

const slice = 500
const keptMs = 30 * 24 * 60 * 60 * 1000

/**
 * Clears up behind subscriptions that ended, in slices: what waits for a disabled one is given up (a replay sends it), the deliveries of a removed one are deleted and then its row.
 * Answers whether something is left to do at once. Safe to run by several processes.
 */
export async function clearEndedWebhooks(tx: Transaction, now: Date): Promise<boolean> {
  let isMore = false
  for (const { state, ...key } of await listKeys(tx, "webhooks.state <> 'enabled'")) {
    const cleared = state === 'removed' ? await deleteDeliveries(tx, key, now, '') : await giveUpQueued(tx, key, now)
    if (cleared === slice) isMore = true
    else if (state === 'removed')
      await tx.execute("DELETE FROM webhooks WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ? AND webhooks.state = 'removed'", [
        key.tenantId,
        key.webhookId,
      ])
  }
  return isMore
}

/** Deletes what was queued more than 30 days ago and is settled, one slice of each subscription; answers whether more is left. */
export async function deleteOldDeliveries(tx: Transaction, now: Date): Promise<boolean> {
  const before = new Date(now.getTime() - keptMs)
  let isMore = false
  for (const key of await listKeys(tx, "webhooks.state <> 'removed'"))
    if ((await deleteDeliveries(tx, key, before, 'AND webhook_deliveries.due_at IS NULL')) === slice) isMore = true
  return isMore
}

async function listKeys(tx: Transaction, condition: string): Promise<(WebhookKey & { state: string })[]> {
  const rows = await tx.select<{ tenant_id: number; webhook_id: Buffer; state: string }>(
    `SELECT webhooks.tenant_id, webhooks.webhook_id, webhooks.state FROM webhooks WHERE ${condition} ORDER BY webhooks.tenant_id, webhooks.webhook_id`,
  )
  return rows.map(({ tenant_id, webhook_id, state }) => ({ tenantId: tenant_id, webhookId: webhook_id, state }))
}

function giveUpQueued(tx: Transaction, { tenantId, webhookId }: WebhookKey, now: Date): Promise<number> {
  return tx.execute(
    `UPDATE webhook_deliveries SET state = 'failed', last_error = 'disabled', due_at = NULL, settled_at = ?
     WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.webhook_id = ? AND webhook_deliveries.state = 'queued' ORDER BY webhook_deliveries.due_at LIMIT ${slice}`,
    [now, tenantId, webhookId],
  )
}

async function deleteDeliveries(tx: Transaction, { tenantId, webhookId }: WebhookKey, until: Date, condition: string): Promise<number> {
  const rows = await tx.select<{ delivery_id: Buffer }>(
    `SELECT webhook_deliveries.delivery_id FROM webhook_deliveries WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.webhook_id = ?
     AND webhook_deliveries.queued_at <= ? ${condition} ORDER BY webhook_deliveries.queued_at LIMIT ${slice}`,
    [tenantId, webhookId, until],
  )
  if (rows.length === 0) return 0
  const ids = rows.map(({ delivery_id }) => delivery_id).toSorted((a, b) => Buffer.compare(a, b))
  await tx.execute('DELETE FROM webhook_attempts WHERE webhook_attempts.tenant_id = ? AND webhook_attempts.delivery_id IN (?)', [
    tenantId,
    ids,
  ])
  await tx.execute('DELETE FROM webhook_deliveries WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.delivery_id IN (?)', [
    tenantId,
    ids,
  ])
  return rows.length
}

/** How many deliveries wait, and since when the oldest is due whose endpoint does not fail (0 for none): what waits for a failing endpoint is not ours to hurry. */
export async function webhookBacklog(tx: Transaction, now: Date): Promise<{ queued: number; oldestAt: number }> {
  const [row] = await tx.select<{ queued: number; oldest: number | null }>(
    `SELECT COUNT(*) AS queued, MIN(CASE WHEN webhooks.failures = 0 AND webhook_deliveries.due_at <= ? THEN webhook_deliveries.due_at END) AS oldest
     FROM webhooks JOIN webhook_deliveries ON webhook_deliveries.tenant_id = webhooks.tenant_id AND webhook_deliveries.webhook_id = webhooks.webhook_id
     WHERE webhooks.state = 'enabled' AND webhook_deliveries.state = 'queued'`,
    [now],
  )
  return { queued: Number(row?.queued ?? 0), oldestAt: row?.oldest ?? 0 }
}
