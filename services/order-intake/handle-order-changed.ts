import type { OrderChanged, OrderStatus } from '../../schemas/events.ts'
import { attachEvents, type Intent } from '../leads/attach-events.ts'
import { claimEvents, outcomesInOrder } from '../leads/claim-events.ts'
import { checkOrder } from '../leads/contract.ts'
import { recordOrders } from '../leads/orders.ts'
import { submissionOfOrder } from '../leads/submission.ts'
import type { Handle } from '../platform/worker/define-worker.ts'

/** Each order event that is new updates its order, and the active lead of its customer; a refund request or cancellation opens a lead, also for a stranger. */
export const attachOrdersToLeads: Handle<OrderChanged> = async (events, { tx, now }) => {
  const { fresh, settled } = await claimEvents(tx, events, checkOrder, now)
  await recordOrders(tx, fresh)
  const done = await attachEvents(tx, 'order.changed', fresh, submissionOfOrder, intentOf, now)
  return outcomesInOrder(events.length, settled, done)
}

const asksForSomebody: ReadonlySet<OrderStatus> = new Set<OrderStatus>(['REFUND_REQUESTED', 'CANCELLED'])

function intentOf({ status, order_id }: OrderChanged): Intent {
  const order = { id: order_id, status: status.toLowerCase() }
  if (asksForSomebody.has(status)) return { how: 'open_or_join', opensContact: true, order }
  return { how: status === 'QUESTION_RESOLVED' ? 'join' : 'note', opensContact: false, order }
}
