import type { ChatFormSubmitted, EventByTopic, FormKind } from '../../schemas/events.ts'
import { delivery, form, order, reply } from './events.ts'
import { Random } from './random.ts'

type Inbound = 'chat.form-submitted' | 'broadcast.delivery-reported' | 'broadcast.reply-received' | 'order.changed'
/** An event and where it lies. `isOrdered`: all events of its person are on one partition, so their order is kept whatever happens. */
export type Placed<T extends Inbound = Inbound> = {
  [K in T]: { topic: K; partition: number; event: EventByTopic[K]; isOrdered: boolean }
}[T]

type Plan = { seed: number; count: number; partitions: number; tenants: readonly string[]; duplicateShare: number }

const names = [
  'Ana Souza',
  'José Álvarez',
  'Zoë Müller',
  'محمد علي',
  '田中さくら',
  'Нина Петрова',
  '👩🏽‍🚀 Kim',
  "O'Brien <b>",
  '  ',
  'שרה כהן',
]
const start = Date.UTC(2026, 9, 1)

/**
 * Events over the four inbound topics whose totals are the same in whatever order partitions are worked off: each person carries the same keys on every event; people on one partition
 * may do anything, people on two do nothing whose effect depends on the order (the sum of their points stays below the cap). Duplicates are exact copies: on the same partition later,
 * or on another partition where the person's order does not matter.
 */
export function generateEvents({ seed, count, partitions, tenants, duplicateShare }: Plan): Placed[] {
  const random = new Random(seed)
  const lanes: Placed[][] = []
  const copies: Placed[] = []
  let made = 0
  for (let person = 0; made < count * (1 - duplicateShare); person++) {
    const identity = { tenant: random.pick(tenants), id: `${seed}-${person}`, person, partition: random.int(0, partitions - 1) }
    const lane = random.pick([chatter, chatter, replier, crossover, stranger, shopper, broadcastReader])(identity, random, partitions)
    lanes.push(lane)
    made += lane.length
  }
  for (const lane of lanes) {
    for (const placed of lane) {
      if (!random.chance(duplicateShare)) continue
      copies.push(placed.isOrdered ? placed : ({ ...placed, partition: random.int(0, partitions - 1) } as Placed))
    }
  }
  // The lanes are shuffled together as people act at the same time; within a lane the order stays.
  return [...interleave(lanes, random), ...random.shuffle(copies)]
}

type Identity = { tenant: string; id: string; person: number; partition: number }

const envelope = ({ tenant, id }: Identity, turn: number) => ({
  event_id: `${id}-${turn}`,
  tenant,
  occurred_at: start + turn * 60_000,
  source: 'generator',
})
const phoneOf = ({ person }: Identity) => `+55119${String(10_000_000 + person)}`
const typedPhone = (identity: Identity, random: Random) => {
  const digits = phoneOf(identity).slice(3)
  return random.pick([
    phoneOf(identity),
    `(${digits.slice(0, 2)}) ${digits.slice(2, 7)}-${digits.slice(7)}`,
    `0055 ${digits}`.replace('0055 ', '+55 '),
  ])
}

function visitorOf(identity: Identity, random: Random): Partial<ChatFormSubmitted['visitor']> {
  const email = `Person.${identity.id}@Example.com`
  return {
    visitor_id: `v-${identity.id}`,
    name: names[identity.person % names.length] ?? null,
    email: random.chance(0.5) ? email : email.toLowerCase(),
    phone: typedPhone(identity, random),
  }
}

const anyForm: FormKind[] = [
  'AGENT_REQUEST',
  'ORDER_QUESTION',
  'COUPON_REQUEST',
  'REFUND_REQUEST',
  'CANCELLATION',
  'ORDER_RESOLVED',
  'COUPON_CREATED',
  'OTHER',
]

/** Writes any number of forms, all on one partition. */
function chatter(identity: Identity, random: Random): Placed[] {
  return Array.from({ length: random.int(1, 6) }, (_, turn) => {
    const products = Array.from({ length: random.int(0, 4) }, (__, index) => ({
      id: `p${index}`,
      title: `Product ${index} 🎁`,
      image_url: null,
      price_minor: 1990,
      currency: 'BRL',
      url: null,
    }))
    const transcript = random.chance(0.6)
      ? [
          { author: 'VISITOR' as const, text: 'Olá! سلام 👋', at: start },
          { author: 'AI' as const, text: 'How can I help?', at: null },
        ]
      : []
    const event = form({
      ...envelope(identity, turn),
      form: random.pick(anyForm),
      products,
      transcript,
      visitor: visitorOf(identity, random),
      message: random.chance(0.5) ? 'Hello' : null,
    })
    return { topic: 'chat.form-submitted', partition: identity.partition, event, isOrdered: true }
  })
}

/** Replies to broadcasts, all on one partition. */
function replier(identity: Identity, random: Random): Placed[] {
  const recipient = {
    channel: 'whatsapp',
    channel_user_id: `w-${identity.id}`,
    phone: phoneOf(identity),
    name: names[identity.person % names.length] ?? null,
  }
  return Array.from({ length: random.int(1, 3) }, (_, turn) => ({
    topic: 'broadcast.reply-received',
    partition: identity.partition,
    event: reply({ ...envelope(identity, turn), recipient }),
    isOrdered: true,
  }))
}

/** Writes in the chat and replies to a broadcast: two topics, in any order. The phone and the email are on both. */
function crossover(identity: Identity, random: Random, partitions: number): Placed[] {
  const visitor = visitorOf(identity, random)
  const recipient = {
    channel: 'whatsapp',
    channel_user_id: `w-${identity.id}`,
    phone: phoneOf(identity),
    email: visitor.email ?? null,
    name: visitor.name ?? null,
  }
  return [
    {
      topic: 'chat.form-submitted',
      partition: identity.partition,
      event: form({ ...envelope(identity, 0), form: 'OTHER', visitor }),
      isOrdered: false,
    },
    {
      topic: 'broadcast.reply-received',
      partition: random.int(0, partitions - 1),
      event: reply({ ...envelope(identity, 1), recipient }),
      isOrdered: false,
    },
  ]
}

/** Buys as a stranger, and may ask for the money back: an order history on one partition. */
function shopper(identity: Identity, random: Random): Placed[] {
  const history = random.pick([
    ['PLACED', 'PAID', 'REFUND_REQUESTED', 'REFUNDED'],
    ['PLACED', 'CANCELLED', 'QUESTION_RESOLVED'],
    ['CANCELLED', 'REFUNDED', 'PAID'],
    ['REFUND_REQUESTED', 'CANCELLED', 'FULFILLED'],
  ] as const)
  const customer = {
    email: `shopper.${identity.id}@example.com`,
    phone: phoneOf(identity),
    name: names[identity.person % names.length] ?? null,
  }
  return history.map((status, turn) => ({
    topic: 'order.changed',
    partition: identity.partition,
    event: order({ ...envelope(identity, turn), order_id: `o-${identity.id}`, order_number: `#${identity.id}`, status, customer }),
    isOrdered: true,
  }))
}

/** Buys and never asks for anything: an order, no lead, in any order. */
function stranger(identity: Identity, random: Random, partitions: number): Placed[] {
  const customer = { email: `stranger.${identity.id}@example.com` }
  return (['PLACED', 'PAID', 'FULFILLED'] as const).slice(0, random.int(1, 3)).map((status, turn) => ({
    topic: 'order.changed',
    partition: random.int(0, partitions - 1),
    event: order({ ...envelope(identity, turn), order_id: `o-${identity.id}`, status, customer }),
    isOrdered: false,
  }))
}

/** Gets broadcast messages; their receipts come in any order on any partition. */
function broadcastReader(identity: Identity, random: Random, partitions: number): Placed[] {
  const statuses = random.shuffle(
    random.pick([['SENT', 'DELIVERED', 'READ'], ['SENT', 'FAILED'], ['SENT', 'DELIVERED'], ['FAILED']] as const).map((status) => status),
  )
  return statuses.map((status, turn) => ({
    topic: 'broadcast.delivery-reported',
    partition: random.int(0, partitions - 1),
    isOrdered: false,
    event: delivery({
      ...envelope(identity, turn),
      message_id: `m-${identity.id}`,
      attempt: random.chance(0.1) ? 2 : 1,
      status,
      recipient: { phone: phoneOf(identity) },
      broadcast: {
        broadcast_id: 'b1',
        campaign_id: 'c1',
        campaign_name: 'October',
        template_id: null,
        template_name: 'offer',
        template_language: 'pt_BR',
      },
    }),
  }))
}

/** Mixes lanes by chance; each lane keeps its order. */
export function interleave<Item>(lanes: readonly (readonly Item[])[], random: Random): Item[] {
  const rests = lanes.map((lane) => [...lane].reverse())
  const turns = random.shuffle(rests.flatMap((rest, index) => rest.map(() => index)))
  return turns.map((index) => rests[index]?.pop() as Item)
}
