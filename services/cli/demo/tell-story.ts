import { beginOf, dayMs, hourMs, minuteMs } from './clock.ts'
import { campaignEvents, campaignTimes } from './tell-campaigns.ts'
import { makeConversation, type Scene } from './conversation.ts'
import { formEvent, orderEvent, replyEvent, type DemoEvent, type Reachable } from './demo-events.ts'
import type { DemoTenant } from './demo-tenants.ts'
import { createDice, type Dice } from './dice.ts'
import { makeOrder, type DemoOrder } from './order.ts'
import { makePerson, type Person } from './people.ts'
import { planWork } from './plan-work.ts'
import { tongues } from './scripts.ts'
import type { Story } from './story.ts'

/** What `Story` is made from: who, when, and how events are called. */
type Telling = { dice: Dice; tenant: DemoTenant; anchor: number; person: Person; story: Story; tag: string; steps: number }

/** The word in the ids of all events of a demo that ends at `anchor`: the hour, so that a second seeding finds the first one's. */
export const tagOf = (anchor: number) => new Date(anchor).toISOString().slice(0, 13).replaceAll('-', '')

/** The story of this number: the same for the same tenant and anchor. */
export function tellStory(tenant: DemoTenant, number: number, anchor: number): Story {
  const dice = createDice(`${tenant.slug}/${number}`)
  const person = makePerson(dice, tenant, number)
  const story: Story = { rounds: [[], [], [], []], work: [], later: [] }
  const telling: Telling = { dice, tenant, anchor, person, story, tag: `demo-${tagOf(anchor)}-${number}`, steps: 0 }
  const kind = dice.weigh({ chat: 64, reply: 24, stranger: 6, purchase: 6 })
  const reachable = isReachable(person) ? person : undefined
  const answered = number >= 6 && kind === 'reply' && reachable !== undefined ? dice.pick(campaignTimes(tenant, anchor)) : undefined
  if (reachable !== undefined) story.rounds[0].push(...campaignEvents(dice, tenant, reachable, anchor, telling.tag, answered?.id))
  const begin = beginOf(dice, tenant, number, anchor)
  if (answered !== undefined && reachable !== undefined) tellReply(telling, reachable, answered)
  else if (kind === 'stranger') tellStranger(telling, begin)
  else if (kind === 'purchase' && number >= 6) tellPurchase(telling, begin)
  else tellChat(telling, begin)
  return story
}

const isReachable = (person: Person): person is Reachable => person.phone !== null

const origin = (telling: Telling, occurredAt: number) => ({
  tenant: telling.tenant.slug,
  eventId: `${telling.tag}-${++telling.steps}`,
  occurredAt,
})

function tellChat(telling: Telling, begin: number): void {
  const { dice, story } = telling
  const scene = makeConversation(dice, telling.tenant, telling.person, begin, 0)
  if (scene.order !== null)
    story.rounds[0].push(...orderSteps(telling, scene.order, begin - dice.between(2, 9) * dayMs, ['PLACED', 'PAID'], begin))
  const opening = chatForm(telling, scene, begin)
  story.rounds[1].push(opening)
  const touched = whatFollows(telling, scene, begin)
  finish(telling, opening, touched)
}

/** Orders and forms that come a while after the first form, in the third round; answers when the last of them came. */
function whatFollows(telling: Telling, scene: Scene, begin: number): number {
  const { dice, story, anchor, tenant } = telling
  let at = begin
  const add = (events: DemoEvent[]) => {
    story.rounds[2].push(...events)
    for (const { event } of events) at = Math.max(at, event.occurred_at)
  }
  const until = Math.min(begin + 5 * dayMs, anchor - 10 * minuteMs)
  const after = { REFUND_REQUEST: 'REFUND_REQUESTED', CANCELLATION: 'CANCELLED', ORDER_RESOLVED: 'QUESTION_RESOLVED' } as const
  if (scene.order !== null && scene.form in after && dice.chance(0.7)) {
    const state = after[scene.form as keyof typeof after]
    const states = state === 'REFUND_REQUESTED' && dice.chance(0.5) ? ([state, 'REFUNDED'] as const) : ([state] as const)
    add(orderSteps(telling, scene.order, begin + dice.between(5, 240) * minuteMs, states, until))
  }
  const buys = { COUPON_CREATED: 0.6, COUPON_REQUEST: 0.25, AGENT_REQUEST: 0.2 }[scene.form as 'AGENT_REQUEST'] ?? 0
  if (scene.products.length > 0 && dice.chance(buys)) {
    const order = makeOrder(dice, tenant, telling.person, scene.products, 5)
    add(orderSteps(telling, order, begin + dice.between(30, 2_000) * minuteMs, ['PLACED', 'PAID'], until))
  }
  // Either orders or a form: which of two topics is read first is nobody's to say, and a history should read in order of time.
  if (at === begin && dice.chance(0.25)) {
    const next = at + dice.between(60, 4_000) * minuteMs
    if (next < anchor - 10 * minuteMs) add([moreForm(telling, scene, next)])
  }
  return at
}

function chatForm(telling: Telling, scene: Scene, at: number): DemoEvent {
  const { dice, person } = telling
  const consent = dice.chance(0.78) ? { terms_accepted: true, marketing_opt_in: dice.chance(0.4) } : null
  return formEvent(origin(telling, at), person, { ...scene.part, consent })
}

/** A form by which the person comes back to what was said. */
function moreForm(telling: Telling, scene: Scene, at: number): DemoEvent {
  const { dice, person } = telling
  const message = dice.pick(tongues[person.language].more)
  const transcript = [...scene.part.transcript.slice(-2), { author: 'VISITOR' as const, text: message, at: at - minuteMs }]
  const form = dice.chance(0.6) ? scene.form : 'AGENT_REQUEST'
  return formEvent(origin(telling, at), person, { ...scene.part, form, message, transcript, products: [], consent: null, coupon: null })
}

function orderSteps(
  telling: Telling,
  { part }: DemoOrder,
  begin: number,
  states: readonly ('PLACED' | 'PAID' | 'FULFILLED' | 'CANCELLED' | 'REFUND_REQUESTED' | 'REFUNDED' | 'QUESTION_RESOLVED')[],
  until: number,
): DemoEvent[] {
  let at = begin
  const events: DemoEvent[] = []
  for (const status of states) {
    if (at >= until) break
    const reason = status === 'CANCELLED' || status === 'REFUND_REQUESTED' ? part.reason : null
    events.push(orderEvent(origin(telling, at), telling.person, { ...part, status, reason }))
    at += telling.dice.between(2, 400) * minuteMs
  }
  return events
}

/** Somebody who never wrote asks for the money back, or cancels. */
function tellStranger(telling: Telling, begin: number): void {
  const { dice, tenant, person, story } = telling
  const order = makeOrder(dice, tenant, person, undefined, 6)
  story.rounds[0].push(...orderSteps(telling, order, begin - dice.between(1, 8) * dayMs, ['PLACED', 'PAID'], begin))
  const [opening] = orderSteps(telling, order, begin, [dice.chance(0.6) ? 'REFUND_REQUESTED' : 'CANCELLED'], Infinity)
  if (opening === undefined) return
  story.rounds[1].push(opening)
  finish(telling, opening, begin)
}

/** Somebody who only buys: an order, and no lead. */
function tellPurchase(telling: Telling, begin: number): void {
  const { dice, tenant, person, story, anchor } = telling
  const order = makeOrder(dice, tenant, person, undefined, 7)
  story.rounds[0].push(...orderSteps(telling, order, begin, ['PLACED', 'PAID', 'FULFILLED'], anchor))
}

/** Somebody answers a broadcast. */
function tellReply(telling: Telling, person: Reachable, answered: ReturnType<typeof campaignTimes>[number]): void {
  const { dice, anchor, story } = telling
  const at = Math.min(answered.at + dice.between(6, 1_400) * minuteMs, anchor - 20 * minuteMs)
  const isButton = dice.chance(0.4)
  const opening = replyEvent(origin(telling, at), person, {
    in_reply_to: answered.messageId(person),
    broadcast_id: answered.broadcastId,
    text: isButton ? answered.button.label : dice.pick(answered.replies),
    button_payload: isButton ? answered.button.payload : null,
    transcript: [],
  })
  story.rounds[1].push(opening)
  finish(telling, opening, at)
}

/** The team's work on the lead, and what the person does after it: comes back to an ended lead, or writes again. */
function finish(telling: Telling, opening: DemoEvent, touchedAt: number): void {
  const { dice, tenant, anchor, person, story } = telling
  const { deeds, endedAt, lastAt } = planWork(dice, tenant, anchor, touchedAt)
  if (deeds.length > 0) story.work.push({ lead: opening, deeds })
  const again = (endedAt ?? lastAt) + dice.between(1, endedAt === null ? 3 : 12) * dayMs + dice.between(0, 5 * hourMs)
  if (deeds.length === 0 || again > anchor - 15 * minuteMs || !dice.chance(endedAt === null ? 0.2 : 0.35)) return
  const scene = makeConversation(dice, tenant, person, again, 1)
  const comeback = chatForm(telling, scene, again)
  story.rounds[3].push(comeback)
  if (endedAt === null) return
  const later = planWork(dice, tenant, anchor, again)
  if (later.deeds.length > 0) story.later.push({ lead: comeback, deeds: later.deeds })
}
