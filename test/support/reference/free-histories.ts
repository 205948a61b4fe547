import type { DeliveryStatus, OrderStatus } from '../../../schemas/events.ts'
import { blankDelivery } from './blank-events.ts'
import { anyForm, type Carried, nextEnvelope, type Pen, type Purchase, writeForm, writeOrder, writeReply } from './event-writer.ts'
import type { TopicEvent } from './generated-record.ts'
import type { History } from './history.ts'
import { type Person, typedPhone } from './person.ts'
import { followUpPoints, mostFollowUps, mostPoints, pointsByTag, pointsOncePerLead, productPoints } from './score.ts'
import { tagOf } from './submission-of.ts'

const keyOf = ({ tenant, number }: Person) => `${tenant.slug}:${number}`
export const purchaseOf = (person: Person, turn: number): Purchase => ({
  orderId: `order-${person.number}-${turn}`,
  orderNumber: turn === 0 ? person.orderNumber : `${person.orderNumber}-${turn}`,
  totalMinor: 9_900 + turn,
})

/**
 * Writes in several channels. All events carry one key that nobody else has, and no two attested ids of one kind exist, so nothing is vetoed and any first event makes the contact
 * that all others join. Each event is a submission whatever came before it, has points of its own, and all points together stay within the cap, so each changes the score.
 */
export function writesInSeveralChannels(person: Person, pen: Pen): History {
  const { random } = pen
  const link = random.pick(['visitor', 'channel_user', 'phone', 'email'] as const)
  const details = (): Carried[] => [
    link,
    ...(['visitor', 'channel_user', 'phone', 'email', 'order_number', 'name'] as const).filter(
      (detail) => detail !== link && random.chance(0.5),
    ),
  ]
  const makers = [() => writeForm(person, random.pick(anyForm), details(), pen, random.int(0, 4))]
  if (link !== 'visitor') makers.push(() => writeReply(person, details(), pen))
  if (link !== 'channel_user') {
    makers.push(() => writeOrder(person, purchaseOf(person, 0), random.pick(['REFUND_REQUESTED', 'CANCELLED']), details(), pen))
  }
  const events: TopicEvent[] = []
  for (let left = random.int(1, 6); left > 0; left--) {
    const event = random.pick(makers)()
    if (ownPoints(event) > 0 && mostPointsOf([...events, event]) <= mostPoints) events.push(event)
  }
  if (events.length === 0) events.push(writeForm(person, 'OTHER', details(), pen))
  return { key: keyOf(person), order: 'free', events }
}

/** What a submission earns in any place of its lead's history. */
function ownPoints(record: TopicEvent): number {
  return pointsByTag[tagOf(record)] + (record.topic === 'chat.form-submitted' ? productPoints(record.event.products.length) : 0)
}

/** What a lead of these events can have at most. Order items count here too, so that a history stays free whether or not a rule scores them. */
function mostPointsOf(events: readonly TopicEvent[]): number {
  const once = Object.values(pointsOncePerLead).reduce((sum, points) => sum + points)
  const followUps = followUpPoints * Math.min(events.length - 1, mostFollowUps)
  const items = events.reduce((sum, { topic, event }) => sum + (topic === 'order.changed' ? productPoints(event.items.length) : 0), 0)
  return events.reduce((sum, event) => sum + ownPoints(event), once + followUps + items)
}

/** Buys and never asks for anything, here or elsewhere: orders without contact, whatever comes first. */
export function buysAsStranger(person: Person, pen: Pen): History {
  const { random } = pen
  const details: Carried[] = random.pick([[], ['email'], ['phone', 'name'], ['visitor', 'phone', 'email', 'order_number', 'name']])
  const states: OrderStatus[] = ['PLACED', 'PAID', 'FULFILLED', 'REFUNDED', 'QUESTION_RESOLVED']
  const events = Array.from({ length: random.int(1, 2) }, (_, turn) =>
    states.slice(0, random.int(1, 5)).map((status) => writeOrder(person, purchaseOf(person, turn), status, details, pen)),
  ).flat()
  return { key: keyOf(person), order: 'free', events: random.shuffle(events) }
}

/** Leaves nothing by which to be known again: each event makes a contact of its own. */
export function staysUnknown(person: Person, pen: Pen): History {
  const { random } = pen
  const reply = writeReply(person, ['name'], pen)
  if (reply.topic === 'broadcast.reply-received') reply.event.recipient.phone = '123'
  const form = () => writeForm(person, random.pick(anyForm), random.pick([[], ['name']]), pen, 1)
  const refund = () => writeOrder(person, purchaseOf(person, 0), 'REFUND_REQUESTED', [], pen)
  return { key: keyOf(person), order: 'free', events: [random.pick([form, form, refund, () => reply])()] }
}

/** Gets a broadcast: receipts of some attempts in any order, some told twice, and perhaps an answer. Receipts know no contact. */
export function getsBroadcast(person: Person, pen: Pen): History {
  const { random } = pen
  const { slug } = person.tenant
  const messageId = `message-${slug}-${person.number}`
  const broadcast = random.pick([
    null,
    {
      broadcast_id: 'b-1',
      campaign_id: null,
      campaign_name: 'Outubro 🎃',
      template_id: null,
      template_name: 'offer',
      template_language: 'pt_BR',
    },
  ])
  const report = (status: DeliveryStatus, attempt: number): TopicEvent => {
    const blank = blankDelivery(nextEnvelope(pen, slug))
    const recipient = { ...blank.recipient, phone: typedPhone(person, random), channel: random.pick([null, 'whatsapp']) }
    const error = status === 'FAILED' ? { code: random.pick([null, '131026']), title: null } : null
    return {
      topic: 'broadcast.delivery-reported',
      event: { ...blank, message_id: messageId, attempt, status, recipient, broadcast, error },
    }
  }
  const receipts: TopicEvent[] = []
  for (let attempt = 1; attempt <= random.pick([1, 1, 1, 2, 3]); attempt++) {
    const states: DeliveryStatus[] = random.pick([
      ['SENT'],
      ['SENT', 'DELIVERED'],
      ['SENT', 'DELIVERED', 'READ'],
      ['SENT', 'FAILED'],
      ['FAILED'],
    ])
    for (const status of states) {
      receipts.push(report(status, attempt))
      if (random.chance(0.1)) receipts.push(report(status, attempt))
    }
  }
  const answers = random.chance(0.3) ? [writeReply(person, ['channel_user', 'phone', 'name'], pen, messageId)] : []
  return { key: keyOf(person), order: 'free', events: [...random.shuffle(receipts), ...answers] }
}
