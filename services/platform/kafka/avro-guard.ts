import { TributaryError } from '../errors.ts'

type Avro =
  | string
  | Avro[]
  | {
      type: Avro
      name?: string
      namespace?: string
      fields?: { type: Avro }[]
      items?: Avro
      values?: Avro
      size?: number
      symbols?: string[]
    }
type Skip = (reader: Reader, depth: number) => void
type Shape = { skip: Skip; minBytes: number }

// Items that take no byte (null, an empty record) cannot be bounded by the bytes that remain.
const maxEmptyItems = 10_000
const maxDepth = 64

/**
 * A check that walks a value of the Avro schema without building it, so that avsc is only given what it can decode: block counts are bounded by the bytes
 * that remain, nesting by 64 levels, every length by the buffer (hazards S1 to S3). It throws `malformed-avro`, `too-many-items` or `nested-too-deep`.
 */
export function createAvroGuard(schema: object): (value: Buffer) => void {
  const named = new Map<string, Shape>()
  const root = shapeOf(schema as Avro, named, '')
  return (value) => {
    const reader = new Reader(value)
    root.skip(reader, 0)
    if (reader.left() > 0) throw malformed(`${reader.left()} bytes follow the end of the record`)
  }
}

class Reader {
  private at = 0
  private readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  left(): number {
    return this.bytes.length - this.at
  }

  skip(count: number): void {
    if (count < 0 || count > this.left()) throw malformed('it ends in the middle of a value')
    this.at += count
  }

  /** A zigzag varint of at most 10 bytes. Beyond 2^53 it is refused: a number cannot hold it. */
  long(): number {
    let value = 0
    let factor = 1
    for (let size = 1; size <= 10; size++) {
      const byte = this.bytes[this.at]
      if (byte === undefined) throw malformed('it ends in the middle of a number')
      this.at++
      value += (byte & 0x7f) * factor
      factor *= 128
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw malformed('a number is larger than 2^52')
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      }
    }
    throw malformed('a number is longer than 10 bytes')
  }
}

function shapeOf(schema: Avro, named: Map<string, Shape>, namespace: string): Shape {
  if (typeof schema === 'string') return primitive(schema) ?? reference(schema, named, namespace)
  if (Array.isArray(schema)) return union(schema.map((branch) => shapeOf(branch, named, namespace)))
  if (typeof schema.type !== 'string') return shapeOf(schema.type, named, namespace)
  const space = schema.namespace ?? namespace
  switch (schema.type) {
    case 'record':
    case 'error':
      return record(schema, named, space)
    case 'enum':
      return declare(schema.name, space, named, { minBytes: 1, skip: (reader) => void enumIndex(reader, schema.symbols?.length ?? 0) })
    case 'fixed':
      return declare(schema.name, space, named, { minBytes: schema.size ?? 0, skip: (reader) => reader.skip(schema.size ?? 0) })
    case 'array':
      return blocks(shapeOf(schema.items ?? 'null', named, namespace))
    case 'map':
      return blocks(mapEntry(shapeOf(schema.values ?? 'null', named, namespace)))
    default:
      return shapeOf(schema.type, named, space)
  }
}

function primitive(name: string): Shape | undefined {
  switch (name) {
    case 'null':
      return { minBytes: 0, skip: () => undefined }
    case 'boolean':
      return { minBytes: 1, skip: (reader) => reader.skip(1) }
    case 'int':
    case 'long':
      return { minBytes: 1, skip: (reader) => void reader.long() }
    case 'float':
      return { minBytes: 4, skip: (reader) => reader.skip(4) }
    case 'double':
      return { minBytes: 8, skip: (reader) => reader.skip(8) }
    case 'string':
    case 'bytes':
      return { minBytes: 1, skip: (reader) => reader.skip(reader.long()) }
    default:
      return undefined
  }
}

function record(schema: Exclude<Avro, string | Avro[]>, named: Map<string, Shape>, namespace: string): Shape {
  const shape: Shape = { minBytes: 0, skip: () => undefined }
  // Declared before its fields are read: a field may refer to it. Its least size counts as 0 there, which only makes the bound looser.
  declare(schema.name, namespace, named, shape)
  const fields = (schema.fields ?? []).map((field) => shapeOf(field.type, named, namespace))
  shape.minBytes = fields.reduce((sum, field) => sum + field.minBytes, 0)
  shape.skip = (reader, depth) => {
    if (depth > maxDepth) throw new TributaryError('nested-too-deep', `The record is nested deeper than ${maxDepth} levels.`)
    for (const field of fields) field.skip(reader, depth + 1)
  }
  return shape
}

function union(branches: Shape[]): Shape {
  return {
    minBytes: 1,
    skip: (reader, depth) => {
      const branch = branches[enumIndex(reader, branches.length)]
      branch?.skip(reader, depth + 1)
    },
  }
}

function blocks(item: Shape): Shape {
  return {
    minBytes: 1,
    skip: (reader, depth) => {
      if (depth > maxDepth) throw new TributaryError('nested-too-deep', `The record is nested deeper than ${maxDepth} levels.`)
      let empty = 0
      for (let count = reader.long(); count !== 0; count = reader.long()) {
        // A negative count is followed by the size of the block in bytes.
        if (count < 0) reader.long()
        const items = Math.abs(count)
        if (item.minBytes === 0) empty += items
        if (item.minBytes > 0 ? items * item.minBytes > reader.left() : empty > maxEmptyItems) {
          throw new TributaryError('too-many-items', 'The record announces more items than it has bytes for.')
        }
        for (let index = 0; index < items; index++) item.skip(reader, depth + 1)
      }
    },
  }
}

const mapEntry = (value: Shape): Shape => ({
  minBytes: 1 + value.minBytes,
  skip: (reader, depth) => {
    reader.skip(reader.long())
    value.skip(reader, depth)
  },
})

function enumIndex(reader: Reader, count: number): number {
  const index = reader.long()
  if (index < 0 || index >= count) throw malformed('it names a branch or symbol that its schema does not have')
  return index
}

function declare(name: string | undefined, namespace: string, named: Map<string, Shape>, shape: Shape): Shape {
  if (name !== undefined) named.set(fullName(name, namespace), shape)
  return shape
}

function reference(name: string, named: Map<string, Shape>, namespace: string): Shape {
  const shape = named.get(fullName(name, namespace)) ?? named.get(name)
  if (shape === undefined) throw new TributaryError('schema-incompatible', `The schema refers to ${name}, which it does not define.`)
  return shape
}

const fullName = (name: string, namespace: string) => (name.includes('.') || namespace === '' ? name : `${namespace}.${name}`)
const malformed = (what: string) => new TributaryError('malformed-avro', `The record does not follow its schema: ${what}.`)
