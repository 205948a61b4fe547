import { Random } from '../random.ts'
import { buysAgain, keepsReplying, keepsWriting, sharesMailbox } from './bound-histories.ts'
import { writeBroken } from './broken-events.ts'
import type { Pen } from './event-writer.ts'
import { buysAsStranger, getsBroadcast, staysUnknown, writesInSeveralChannels } from './free-histories.ts'
import { type GeneratedRecord, partitionOf, type ReferenceTenant, type TopicEvent } from './generated-record.ts'
import type { History } from './history.ts'
import { makePerson, type Person } from './person.ts'
import { crossesWith } from './racing-histories.ts'

export type Plan = {
  seed: number
  count: number
  tenants: readonly ReferenceTenant[]
  partitions?: number
  duplicateShare?: number
  /** Share of the duplicates that lie on another partition, where the history allows it. */
  crossPartitionShare?: number
  /** Share of events that take an id again with another content, later on the same partition. */
  conflictShare?: number
  /** Share of events that break the contract or name a tenant that does not exist. */
  badShare?: number
  startAt?: number
  /** True: the totals are the same in whatever order partitions are read. False: also races, of which only invariants hold. */
  orderFree?: boolean
}

type Draft = { made: TopicEvent; history: History; partition: number; arrivesAt: number; copyOf?: Draft; conflictsWith?: Draft }

const spanMs = 20 * 86_400_000

/** Exactly `count` records over the four inbound topics, the same for the same plan. */
export function generateEvents(plan: Plan): GeneratedRecord[] {
  const { seed, count, tenants, partitions = 6, duplicateShare = 0.05, crossPartitionShare = 0.4, conflictShare = 0, badShare = 0 } = plan
  const random = new Random(seed)
  const ids = { last: 0 }
  const startAt = plan.startAt ?? Date.UTC(2025, 0, 6)
  const penAt = (): Pen => ({ random, idPrefix: `e${seed}`, clock: { now: startAt + random.int(0, spanMs) }, ids })
  const extra = {
    copies: Math.round(count * duplicateShare),
    conflicts: Math.round(count * conflictShare),
    broken: Math.round(count * badShare),
  }
  const drafts: Draft[] = []
  const wanted = count - extra.copies - extra.conflicts - extra.broken
  for (const history of makeHistories({ wanted, tenants, random, penAt, isOrderFree: plan.orderFree ?? true })) {
    drafts.push(...placeHistory(history, partitions, random))
  }
  const originals = [...drafts]
  const isFree = ({ history }: Draft) => history.order !== 'bound'
  for (let left = originals.length > 0 ? extra.copies : 0; left > 0; left--) {
    const original = random.pick(originals)
    const goesAcross = isFree(original) && partitions > 1 && random.chance(crossPartitionShare)
    const partition = goesAcross ? (original.partition + random.int(1, partitions - 1)) % partitions : original.partition
    drafts.push({ ...original, partition, copyOf: original, arrivesAt: original.arrivesAt + random.int(1, spanMs / 10) })
  }
  for (let left = originals.length > 0 ? extra.conflicts : 0; left > 0; left--) {
    const original = random.pick(originals)
    const made = { ...original.made, event: { ...original.made.event, occurred_at: original.made.event.occurred_at + left } } as TopicEvent
    drafts.push({ ...original, made, conflictsWith: original, arrivesAt: original.arrivesAt + random.int(1, spanMs / 10) })
  }
  for (let left = extra.broken; left > 0; left--) {
    const pen = penAt()
    const made = writeBroken(random.pick(tenants).slug, pen)
    const history: History = { key: `${made.event.tenant}:broken-${left}`, order: 'free', events: [made] }
    drafts.push(...placeHistory(history, partitions, random))
  }
  return numberRecords(drafts)
}

type Cast = { wanted: number; tenants: readonly ReferenceTenant[]; random: Random; penAt: () => Pen; isOrderFree: boolean }

/** Histories with `wanted` events in all. The last one may be cut short: the first part of a history is as free or bound as the whole. */
function makeHistories({ wanted, tenants, random, penAt, isOrderFree }: Cast): History[] {
  const histories: History[] = []
  let people = 0
  let left = wanted
  let passers: Person[] = []
  const meet = () => makePerson(people++, random.pick(tenants), random)
  const alone = [
    writesInSeveralChannels,
    writesInSeveralChannels,
    buysAsStranger,
    staysUnknown,
    getsBroadcast,
    getsBroadcast,
    keepsWriting,
    keepsReplying,
    buysAgain,
  ]
  const makers = [...alone.map((write) => () => write(meet(), penAt())), () => sharesMailbox(meet(), meet(), penAt())]
  const race = () => {
    const person = meet()
    const history = crossesWith(random.pick([person, ...passers]), person, penAt())
    passers = [person, ...passers].slice(0, 40)
    return history
  }
  while (left > 0) {
    const history = !isOrderFree && random.chance(0.5) ? race() : random.pick(makers)()
    histories.push({ ...history, events: history.events.slice(0, left) })
    left -= Math.min(left, history.events.length)
  }
  return histories
}

/** Lays a history on the partition of its key; its events arrive in their order, whatever they say of when they occurred. */
function placeHistory(history: History, partitions: number, random: Random): Draft[] {
  let arrivesAt = Math.min(...history.events.map(({ event }) => event.occurred_at))
  const partition = partitionOf(history.key, partitions)
  return history.events.map((made) => {
    arrivesAt += random.int(1, 900_000)
    return { made, history, partition, arrivesAt }
  })
}

/** Sorts by arrival; copies come later than what they repeat. */
function numberRecords(drafts: readonly Draft[]): GeneratedRecord[] {
  const arrived = [...drafts].sort((a, b) => a.arrivesAt - b.arrivesAt)
  const places = new Map(arrived.map((draft, index) => [draft, index]))
  return arrived.map(({ made, history, partition, copyOf, conflictsWith }) => ({
    ...made,
    partition,
    key: history.key,
    isOrdered: history.order === 'bound',
    ...(copyOf ? { copyOf: places.get(copyOf) as number } : {}),
    ...(conflictsWith ? { conflictsWith: places.get(conflictsWith) as number } : {}),
  }))
}
