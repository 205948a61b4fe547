import type { BroadcastDeliveryReported } from '../../schemas/events.ts'
import { claimEvents, outcomesInOrder } from '../leads/claim-events.ts'
import { checkDelivery } from '../leads/contract.ts'
import { recordReceipts } from '../leads/receipts.ts'
import type { Handle } from '../platform/worker/define-worker.ts'
import type { Outcome } from '../platform/worker/outcome.ts'

/** Each report that is new joins the receipt of its message. A receipt never opens a lead. */
export const joinReceipts: Handle<BroadcastDeliveryReported> = async (events, { tx, now }) => {
  const { fresh, settled } = await claimEvents(tx, events, checkDelivery, now)
  await recordReceipts(tx, fresh)
  const done = new Map(
    fresh.map(({ index, tenant }): [number, Outcome] => [index, { outcome: 'done', as: 'receipt', tenantId: tenant.tenantId }]),
  )
  return outcomesInOrder(events.length, settled, done)
}
