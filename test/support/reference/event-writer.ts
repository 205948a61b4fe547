import type { ChatFormSubmitted, FormKind, OrderStatus, Product } from '../../../schemas/events.ts'
import type { Random } from '../random.ts'
import { blankForm, blankOrder, blankReply } from './blank-events.ts'
import type { TopicEvent } from './generated-record.ts'
import { type Person, typedEmail, typedOrderNumber, typedPhone } from './person.ts'

/** What a history is written with: chance, a clock that only goes on, and ids that are never used twice. */
export type Pen = { random: Random; idPrefix: string; clock: { now: number }; ids: { last: number } }

/** Which of a person's details an event carries. */
export type Carried = 'visitor' | 'channel_user' | 'phone' | 'email' | 'order_number' | 'name'

export const anyForm = [
  'AGENT_REQUEST',
  'ORDER_QUESTION',
  'COUPON_REQUEST',
  'REFUND_REQUEST',
  'CANCELLATION',
  'ORDER_RESOLVED',
  'COUPON_CREATED',
  'OTHER',
] as const satisfies readonly FormKind[]

const sentences = [
  'Olá! Quero saber do meu pedido',
  'هل هذا متوفر؟',
  '在庫はありますか',
  'Thanks 🙏🏽',
  'line one\nline two\t"quoted" \\',
  '',
]

/** The next event of a person: a new id, some minutes later. */
export function nextEnvelope({ random, idPrefix, clock, ids }: Pen, tenant: string) {
  clock.now += random.int(1_000, 600_000)
  return {
    event_id: `${idPrefix}-${(++ids.last).toString(36)}`,
    tenant,
    occurred_at: clock.now,
    source: random.pick(['chat', 'shop', 'sender']),
  }
}

export function writeForm(person: Person, form: FormKind, carried: readonly Carried[], pen: Pen, products = 0): TopicEvent {
  const { random } = pen
  const has = (detail: Carried) => carried.includes(detail)
  const blank = blankForm(nextEnvelope(pen, person.tenant.slug))
  const event: ChatFormSubmitted = {
    ...blank,
    form,
    visitor: {
      visitor_id: has('visitor') ? person.visitorId : null,
      name: has('name') ? person.name : random.pick([null, null, '', '   ']),
      email: has('email') ? typedEmail(person, random) : random.pick([null, null, 'not given', 'a@b']),
      phone: has('phone') ? typedPhone(person, random) : random.pick([null, null, '123', 'n/a']),
      locale: random.pick([null, 'pt-BR', 'ar']),
      timezone: random.pick([null, 'America/Sao_Paulo']),
    },
    channel: has('channel_user') ? 'whatsapp' : random.pick([null, 'web']),
    channel_user_id: has('channel_user') ? person.whatsappId : null,
    order_number: has('order_number') ? typedOrderNumber(person.orderNumber, random) : random.pick([null, null, '', '#']),
    message: random.pick([null, ...sentences]),
    consent: random.pick([null, { terms_accepted: true, marketing_opt_in: random.chance(0.5) }]),
    page_url: random.pick([null, 'https://shop.example/p/1?q=%20']),
    conversation_id: random.pick([null, `c-${person.number}`]),
    products: Array.from({ length: products }, (_, index) => makeProduct(index, random)),
    coupon: random.pick([null, 'TAKE10']),
  }
  return { topic: 'chat.form-submitted', event: { ...event, transcript: writeTranscript(event.occurred_at, random) } }
}

export function writeReply(person: Person, carried: readonly Carried[], pen: Pen, inReplyTo: string | null = null): TopicEvent {
  const { random } = pen
  const has = (detail: Carried) => carried.includes(detail)
  const blank = blankReply(nextEnvelope(pen, person.tenant.slug))
  const recipient = {
    channel: has('channel_user') ? 'whatsapp' : null,
    channel_user_id: has('channel_user') ? person.whatsappId : null,
    phone: has('phone') ? typedPhone(person, random) : null,
    email: has('email') ? typedEmail(person, random) : null,
    name: has('name') ? person.name : null,
  }
  const text = random.pick([null, ...sentences])
  const transcript = writeTranscript(blank.occurred_at, random)
  return { topic: 'broadcast.reply-received', event: { ...blank, in_reply_to: inReplyTo, recipient, text, transcript } }
}

export type Purchase = { orderId: string; orderNumber: string; totalMinor: number }

export function writeOrder(person: Person, purchase: Purchase, status: OrderStatus, carried: readonly Carried[], pen: Pen): TopicEvent {
  const { random } = pen
  const has = (detail: Carried) => carried.includes(detail)
  const event = {
    ...blankOrder(nextEnvelope(pen, person.tenant.slug)),
    order_id: purchase.orderId,
    order_number: has('order_number') ? typedOrderNumber(purchase.orderNumber, random) : null,
    status,
    total_minor: random.pick([null, purchase.totalMinor]),
    currency: random.pick([null, 'BRL']),
    customer: {
      customer_id: random.pick([null, `customer-${person.number}`]),
      visitor_id: has('visitor') ? person.visitorId : null,
      name: has('name') ? person.name : null,
      email: has('email') ? typedEmail(person, random) : null,
      phone: has('phone') ? typedPhone(person, random) : null,
    },
    reason: status === 'CANCELLED' ? random.pick([null, 'customer', '注文を間違えた']) : null,
    items: Array.from({ length: random.int(0, 2) }, (_, index) => ({ ...makeProduct(index, random), quantity: random.int(1, 3) })).map(
      ({ id, title, quantity, price_minor, image_url }) => ({ id, title, quantity, price_minor, image_url }),
    ),
  }
  return { topic: 'order.changed', event }
}

function writeTranscript(at: number, random: Random) {
  const authors = ['VISITOR', 'AI', 'VISITOR', 'AGENT', 'SYSTEM'] as const
  return authors.slice(0, random.int(0, 5)).map((author) => ({ author, text: random.pick(sentences), at: random.pick([null, at - 1_000]) }))
}

const makeProduct = (index: number, random: Random): Product => ({
  id: `p${index}`,
  title: random.pick(['Tênis azul', 'Café ☕', 'قميص']),
  image_url: null,
  price_minor: random.pick([null, 1990, 0]),
  currency: random.pick([null, 'BRL']),
  url: null,
})
