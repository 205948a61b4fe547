import type { EventByTopic } from '../../../schemas/events.ts'
import { TributaryError } from '../errors.ts'
import { subjectOf, type EventType, type Topic } from './event-type.ts'
import type { Registry } from './registry.ts'

export type Encoder<T extends Topic> = (event: EventByTopic[T]) => Buffer

/** An encoder of `type` into the registry's wire format. Asks the registry for the schema's id once. Throws `schema-not-registered`; the encoder throws `contract-broken` with the path that does not fit. */
export async function createEncoder<T extends Topic>(type: EventType<T>, registry: Registry, prefix: string): Promise<Encoder<T>> {
  const header = Buffer.alloc(5)
  header.writeUInt32BE(await registry.idOf(subjectOf(prefix + type.topic), type.schema), 1)
  return (event) => {
    const problems: string[] = []
    if (!type.avro.isValid(event, { errorHook: (path) => problems.push(path.join('.')) })) {
      throw new TributaryError(
        'contract-broken',
        `The event does not fit ${type.topic}: ${[...new Set(problems)].join(', ')} is missing or has the wrong type.`,
      )
    }
    return Buffer.concat([header, type.avro.toBuffer(event)])
  }
}
