import type { EventByTopic } from '../../../schemas/events.ts'
import type { EventType, Topic } from '../kafka/event-type.ts'
import type { Transaction } from '../mysql/transaction.ts'
import type { Outcome } from './outcome.ts'

/** A decoded event with what its record says. `receivedAt` is the record's time, milliseconds since 1970; `isReplay`: it was published before, and again because somebody asked for it. */
export type Received<Event> = { event: Event; receivedAt: number; isReplay: boolean }

export type WorkContext = {
  tx: Transaction
  /** Time of this unit; rules never read the clock themselves. */
  now: Date
}

/**
 * Works on the events of one unit, in their order, in the unit's transaction; answers one outcome per event, in the same order. It must not catch errors
 * of statements, keep state between calls, or touch anything but the transaction: a unit may be run again.
 */
export type Handle<Event> = (events: Received<Event>[], context: WorkContext) => Promise<Outcome[]>

export type Subscription = { type: EventType; handle: Handle<never> }

/** Binds an event type to the function that works on it. */
export function on<T extends Topic>(type: EventType<T>, handle: Handle<EventByTopic[T]>): Subscription {
  return { type, handle: handle as unknown as Handle<never> }
}

/** A worker: a durable name (consumer group, metric label, dead-letter header) and what it consumes. */
export type Worker = { readonly name: string; readonly consumes: readonly Subscription[] }

/** Declares a worker. Throws when two subscriptions share a topic. */
export function defineWorker(worker: Worker): Worker {
  const topics = worker.consumes.map(({ type }) => type.topic)
  if (new Set(topics).size < topics.length) throw new Error(`worker ${worker.name} consumes a topic twice`)
  return Object.freeze(worker)
}
