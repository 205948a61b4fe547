import type { Transaction } from '../platform/mysql/transaction.ts'

/** How far the messages of one broadcast came. Each message counts once, whatever its attempts; `failed` are those that no attempt delivered. Times are milliseconds. */
export type BroadcastFunnel = {
  broadcastId: string | null
  campaignName: string | null
  templateName: string | null
  firstAt: number
  sent: number
  delivered: number
  read: number
  failed: number
}

type Row = {
  broadcast_id: string | null
  campaign_name: string | null
  template_name: string | null
  first_at: number
  sent: number
  delivered: string | number
  has_read: string | number
  failed: string | number
}

/** The broadcasts of which a report was received in `[from, to)`, newest first, at most `limit`. A report that names no broadcast counts to the one without an id. */
export async function readFunnels(tx: Transaction, tenantId: number, from: Date, to: Date, limit: number): Promise<BroadcastFunnel[]> {
  const rows = await tx.select<Row>(
    `SELECT messages.broadcast_id, MAX(messages.campaign_name) AS campaign_name, MAX(messages.template_name) AS template_name, MIN(messages.first_at) AS first_at, COUNT(*) AS sent,
       SUM(messages.delivered) AS delivered, SUM(messages.has_read) AS has_read, SUM(messages.failed AND NOT messages.delivered) AS failed
     FROM (
       SELECT MAX(receipts.broadcast_id) AS broadcast_id, MAX(receipts.campaign_name) AS campaign_name, MAX(receipts.template_name) AS template_name, MIN(receipts.received_at) AS first_at,
         MAX(receipts.delivered_at IS NOT NULL OR receipts.read_at IS NOT NULL) AS delivered, MAX(receipts.read_at IS NOT NULL) AS has_read, MAX(receipts.failed_at IS NOT NULL) AS failed
       FROM receipts WHERE receipts.tenant_id = ? AND receipts.received_at >= ? AND receipts.received_at < ? GROUP BY receipts.message_hash
     ) AS messages
     GROUP BY messages.broadcast_id ORDER BY first_at DESC LIMIT ${Math.trunc(limit)}`,
    [tenantId, from, to],
  )
  return rows.map((row) => ({
    broadcastId: row.broadcast_id,
    campaignName: row.campaign_name,
    templateName: row.template_name,
    firstAt: row.first_at,
    sent: Number(row.sent),
    delivered: Number(row.delivered),
    read: Number(row.has_read),
    failed: Number(row.failed),
  }))
}
