import { createHash } from 'node:crypto'
import type { BroadcastDeliveryReported, DeliveryStatus, OrderChanged, OrderStatus } from '../../../schemas/events.ts'
import { identityOf } from './generated-record.ts'

export type OrderRow = { status: OrderStatus; occurredAt: number; eventHash: string }
export type ReceiptRow = { status: DeliveryStatus; reachedAt: Partial<Record<DeliveryStatus, number>> }

/** Puts an order event into its row: the latest state wins, whatever the order of arrival. */
export function upsertOrder(orders: Map<string, OrderRow>, event: OrderChanged): void {
  const id = JSON.stringify([event.tenant, event.order_id])
  const next = { status: event.status, occurredAt: event.occurred_at, eventHash: hashOf(identityOf(event)) }
  const row = orders.get(id)
  const isLater = !row || next.occurredAt > row.occurredAt || (next.occurredAt === row.occurredAt && next.eventHash > row.eventHash)
  if (isLater) orders.set(id, next)
}

/** Joins a receipt into the row of its message and attempt; any order of receipts ends in the same row. */
export function joinReceipt(receipts: Map<string, ReceiptRow>, event: BroadcastDeliveryReported): void {
  const id = JSON.stringify([event.tenant, event.message_id, event.attempt])
  const reachedAt = { ...receipts.get(id)?.reachedAt }
  reachedAt[event.status] = Math.min(reachedAt[event.status] ?? Infinity, event.occurred_at)
  const status = (['FAILED', 'READ', 'DELIVERED', 'SENT'] as const).find((state) => reachedAt[state] !== undefined)
  receipts.set(id, { status: status ?? 'UNKNOWN', reachedAt })
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
