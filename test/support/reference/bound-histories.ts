import type { OrderStatus } from '../../../schemas/events.ts'
import { anyForm, type Carried, type Pen, writeForm, writeOrder, writeReply } from './event-writer.ts'
import { purchaseOf } from './free-histories.ts'
import type { History } from './history.ts'
import type { Person } from './person.ts'

const details = ['visitor', 'channel_user', 'phone', 'email', 'order_number', 'name'] as const satisfies readonly Carried[]
const boundKey = ({ tenant, number }: Person) => `${tenant.slug}:${number}`

/** Writes form after form, with other details each time, up to and beyond the cap of the score. */
export function keepsWriting(person: Person, pen: Pen): History {
  const { random } = pen
  const events = Array.from({ length: random.int(1, 8) }, () => {
    const carried = details.filter(() => random.chance(0.6))
    return writeForm(person, random.pick(anyForm), carried, pen, random.int(0, 4))
  })
  return { key: boundKey(person), order: 'bound', events }
}

/** Answers one broadcast after the other. */
export function keepsReplying(person: Person, pen: Pen): History {
  const { random } = pen
  const carried = (): Carried[] => ['channel_user', ...details.filter((detail) => detail !== 'channel_user' && random.chance(0.4))]
  return {
    key: boundKey(person),
    order: 'bound',
    events: Array.from({ length: random.int(1, 5) }, () => writeReply(person, carried(), pen)),
  }
}

/** Buys several times and may ask for the money back: what an order event does depends on whether a lead is there. Now and then an event is late. */
export function buysAgain(person: Person, pen: Pen): History {
  const { random } = pen
  const carried = (): Carried[] => ['email', ...details.filter((detail) => detail !== 'email' && random.chance(0.5))]
  const courses: OrderStatus[][] = [
    ['PLACED', 'PAID', 'FULFILLED'],
    ['PLACED', 'PAID', 'REFUND_REQUESTED', 'REFUNDED', 'QUESTION_RESOLVED'],
    ['PLACED', 'CANCELLED', 'QUESTION_RESOLVED'],
    ['REFUND_REQUESTED', 'REFUNDED'],
    ['QUESTION_RESOLVED', 'CANCELLED', 'PLACED'],
  ]
  const events = Array.from({ length: random.int(1, 3) }, (_, turn) =>
    random.pick(courses).map((status) => writeOrder(person, purchaseOf(person, turn), status, carried(), pen)),
  ).flat()
  const late = random.int(1, events.length)
  const [before, swapped] = [events[late - 1], events[late]]
  if (before && swapped && random.chance(0.3)) [events[late - 1], events[late]] = [swapped, before]
  return { key: boundKey(person), order: 'bound', events }
}

/** Two people, one mailbox, one conversation thread: the visitor ids tell them apart, the email must not join them. */
export function sharesMailbox(first: Person, second: Person, pen: Pen): History {
  const { random } = pen
  const members = [first, { ...second, tenant: first.tenant, email: first.email, orderNumber: first.orderNumber }]
  const isShop = random.chance(0.3)
  const events = Array.from({ length: random.int(2, 6) }, (_, turn) => {
    const member = members[turn < 2 ? turn : random.int(0, 1)] ?? first
    const carried: Carried[] = random.pick([
      ['visitor', 'email'],
      ['visitor', 'email', 'name'],
      ['visitor', 'phone', 'email'],
      ['email', 'order_number'],
    ])
    if (isShop) return writeOrder(member, purchaseOf(member, turn), random.pick(['CANCELLED', 'REFUND_REQUESTED', 'PAID']), carried, pen)
    return writeForm(member, random.pick(anyForm), turn < 2 ? ['visitor', 'email'] : carried, pen, random.int(0, 2))
  })
  return { key: boundKey(first), order: 'bound', events }
}
