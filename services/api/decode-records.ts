import { eventSchemas } from '../../schemas/events.ts'
import { TributaryError } from '../platform/errors.ts'
import { createDecoder, type Decoder } from '../platform/kafka/decode.ts'
import { eventType, type Topic } from '../platform/kafka/event-type.ts'
import type { Registry } from '../platform/kafka/registry.ts'
import type { ApiParts } from './api-parts.ts'

/** Decodes records of any topic of the fleet, as its workers do. */
export function decodeRecords(registry: Registry, prefix: string): ApiParts['decode'] {
  const decoders = new Map<string, Decoder>()
  return async (topic, value) => {
    const name = topic.startsWith(prefix) ? topic.slice(prefix.length) : topic
    if (!Object.hasOwn(eventSchemas, name)) throw new TributaryError('not-avro', 'No event of ours goes through this topic.')
    const decoder = decoders.get(name) ?? createDecoder(eventType(name as Topic), registry)
    decoders.set(name, decoder)
    await decoder.prepare([value])
    return decoder.decode(value)
  }
}
