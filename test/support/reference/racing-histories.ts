import { anyForm, type Carried, type Pen, writeForm, writeOrder, writeReply } from './event-writer.ts'
import { purchaseOf } from './free-histories.ts'
import type { TopicEvent } from './generated-record.ts'
import type { History } from './history.ts'
import type { Person } from './person.ts'

const details = ['visitor', 'channel_user', 'phone', 'email', 'order_number', 'name'] as const satisfies readonly Carried[]
const orderStates = ['PLACED', 'PAID', 'FULFILLED', 'CANCELLED', 'REFUND_REQUESTED', 'REFUNDED', 'QUESTION_RESOLVED'] as const

/**
 * Uses all channels at once with any details, some of them somebody else's: the mailbox or order number of `other`, or a borrowed phone. What comes of it depends on which topic is
 * read first.
 */
export function crossesWith(other: Person, person: Person, pen: Pen): History {
  const { random } = pen
  const events = Array.from({ length: random.int(2, 7) }, (): TopicEvent => {
    const carried = details.filter(() => random.chance(0.5))
    const borrowed = { ...person }
    if (other.tenant === person.tenant && random.chance(0.4)) borrowed.email = other.email
    if (other.tenant === person.tenant && random.chance(0.2)) borrowed.orderNumber = other.orderNumber
    if (other.tenant === person.tenant && random.chance(0.1)) borrowed.phone = other.phone
    return random.pick([
      () => writeForm(borrowed, random.pick(anyForm), carried, pen, random.int(0, 3)),
      () => writeReply(borrowed, [...carried, random.pick(['phone', 'email', 'channel_user'])], pen),
      () => writeOrder(borrowed, purchaseOf(borrowed, random.int(0, 2)), random.pick(orderStates), carried, pen),
    ])()
  })
  return { key: `${person.tenant.slug}:${person.number}`, order: 'racing', events }
}
