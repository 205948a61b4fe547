import avsc from 'avsc'
import { TributaryError } from '../errors.ts'
import { createAvroGuard } from './avro-guard.ts'
import type { EventType } from './event-type.ts'
import type { Registry } from './registry.ts'

type Writer = { guard: (value: Buffer) => void; decode: (value: Buffer) => unknown }

// An unknown id costs the registry one call in this time, however many records carry it (hazard S5); after it, a schema that was registered late is found.
const unknownIdMs = 30_000

export type Decoder = {
  /** Fetches the writer schemas that `values` name and that are not known yet. Throws only `registry-unavailable`. */
  prepare(values: (Buffer | null)[]): Promise<void>
  /** The event in `value`, after `prepare`. Throws a TributaryError of kind poison that says what is wrong with the bytes. */
  decode(value: Buffer | null): unknown
}

/**
 * Decodes values in the registry's wire format (a zero byte, the schema id in four bytes, Avro) into `type`. Writer schema and resolver are compiled once
 * per id (hazard S4); loads of one id share a call (S6). Schemas once loaded stay, so the registry may go away.
 */
export function createDecoder(type: EventType, registry: Registry): Decoder {
  const writers = new Map<number, Writer>()
  const unknown = new Map<number, { error: TributaryError; until: number }>()
  const loading = new Map<number, Promise<void>>()

  const load = async (id: number): Promise<void> => {
    try {
      // Registries count in signed 32-bit numbers from 1 (hazard S10).
      if (id === 0 || id > 0x7fffffff) throw new TributaryError('unknown-schema-id', `No schema can have the id ${id}.`)
      const schema = await registry.schemaOf(id)
      writers.set(id, compile(schema, type))
      unknown.delete(id)
    } catch (error) {
      if (!(error instanceof TributaryError) || error.failure !== 'poison') throw error
      unknown.set(id, { error, until: Date.now() + unknownIdMs })
    }
  }

  return {
    prepare: async (values) => {
      const ids = new Set(values.map(schemaIdIn).filter((id) => id !== undefined))
      for (const id of ids) {
        if (writers.has(id) || (unknown.get(id)?.until ?? 0) > Date.now()) continue
        let pending = loading.get(id)
        if (pending === undefined) {
          pending = load(id).finally(() => loading.delete(id))
          loading.set(id, pending)
        }
        await pending
      }
    },
    decode: (value) => {
      if (value === null || value.length === 0)
        throw new TributaryError('empty-value', 'The record has no value (a tombstone, or an empty one). Produce an event in Avro.')
      if (value.length < 5)
        throw new TributaryError('truncated-header', `The value has ${value.length} bytes; the schema id alone takes 5.`)
      if (value[0] !== 0)
        throw new TributaryError(
          'bad-magic-byte',
          'The value does not begin with byte 0: it was not written with a schema registry serializer.',
        )
      const id = value.readUInt32BE(1)
      const writer = writers.get(id)
      if (writer === undefined)
        throw unknown.get(id)?.error ?? new TributaryError('unknown-schema-id', `The schema registry has no schema with id ${id}.`)
      const body = value.subarray(5)
      writer.guard(body)
      try {
        return writer.decode(body)
      } catch (error) {
        throw new TributaryError('malformed-avro', 'The record does not follow its schema.', { cause: error })
      }
    },
  }
}

function schemaIdIn(value: Buffer | null): number | undefined {
  return value !== null && value.length >= 5 && value[0] === 0 ? value.readUInt32BE(1) : undefined
}

function compile(schema: object, type: EventType): Writer {
  let writer: avsc.Type
  try {
    writer = avsc.Type.forSchema(schema as avsc.Schema)
  } catch (error) {
    throw new TributaryError('not-avro', 'The schema that the record names cannot be read.', { cause: error })
  }
  try {
    const resolver = type.avro.createResolver(writer)
    return { guard: createAvroGuard(schema), decode: (value) => type.avro.fromBuffer(value, resolver) as unknown }
  } catch (error) {
    if (error instanceof TributaryError) throw error
    throw new TributaryError(
      'schema-incompatible',
      `The record was written with a schema that ${type.topic} cannot be read from. Use a version from schemas/events/released.`,
      { cause: error },
    )
  }
}
