import type { ChatFormSubmitted, OrderChanged, OrderStatus } from '../../../schemas/events.ts'
import { blankDelivery, blankForm, blankOrder, blankReply } from '../../support/reference/blank-events.ts'
import type { ReferenceTenant, TopicEvent } from '../../support/reference/generated-record.ts'
import { ReferenceModel } from '../../support/reference/reference-model.ts'

export const tenants: ReferenceTenant[] = [
  { slug: 'loja', region: 'BR', mailTo: 'team@loja.example' },
  { slug: 'store', region: 'US', mailTo: null },
]
export const at = Date.UTC(2025, 0, 6)
export const recordTimestamp = at + 400 * 86_400_000

const envelope = (id: string) => ({ event_id: id, tenant: 'loja', occurred_at: at, source: 'test' })

export function form(id: string, visitor: Partial<ChatFormSubmitted['visitor']>, change: Partial<ChatFormSubmitted> = {}): TopicEvent {
  const blank = blankForm(envelope(id))
  return { topic: 'chat.form-submitted', event: { ...blank, visitor: { ...blank.visitor, ...visitor }, ...change } }
}

export function reply(id: string, recipient: Partial<ReturnType<typeof blankReply>['recipient']>): TopicEvent {
  const blank = blankReply(envelope(id))
  return { topic: 'broadcast.reply-received', event: { ...blank, recipient: { ...blank.recipient, ...recipient } } }
}

export function order(
  id: string,
  status: OrderStatus,
  customer: Partial<OrderChanged['customer']> = {},
  change: Partial<OrderChanged> = {},
): TopicEvent {
  const blank = blankOrder(envelope(id))
  return { topic: 'order.changed', event: { ...blank, status, customer: { ...blank.customer, ...customer }, ...change } }
}

export function receipt(id: string, change: Partial<ReturnType<typeof blankDelivery>> = {}): TopicEvent {
  const blank = blankDelivery(envelope(id))
  return {
    topic: 'broadcast.delivery-reported',
    event: { ...blank, recipient: { ...blank.recipient, phone: '+5511961234567' }, ...change },
  }
}

/** The model after a history. */
export const after = (...records: TopicEvent[]) => new ReferenceModel(tenants).applyInOrder(records, { recordTimestamp })
