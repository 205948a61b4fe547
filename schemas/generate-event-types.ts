import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

type Schema = string | Schema[] | { type: Schema; name?: string; doc?: string; fields?: Field[]; items?: Schema; symbols?: string[] }
type Field = { name: string; type: Schema; doc?: string }

const primitives: Record<string, string> = {
  string: 'string',
  int: 'number',
  long: 'number',
  boolean: 'boolean',
  double: 'number',
  null: 'null',
}

/** TypeScript source of the types of every `*.avsc` in `folder`; a named type that several events share appears once. */
export function eventTypesSource(folder: string): string {
  const declared = new Map<string, string>()
  const events = readdirSync(folder)
    .filter((file) => file.endsWith('.avsc'))
    .sort()
  const topics = events.map((file) => {
    const name = typeOf(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema, declared)
    return `  '${file.replace('.avsc', '')}': ${name}`
  })
  return (
    [
      '// Generated from schemas/events/*.avsc by `npm run generate`. Do not edit.',
      ...declared.values(),
      `export type EventByTopic = {\n${topics.join('\n')}\n}`,
      `/** The Avro schema of each topic. */\nexport const eventSchemas: Record<keyof EventByTopic, object> = ${JSON.stringify(schemasByTopic(folder, events), null, 2)}`,
    ].join('\n\n') + '\n'
  )
}

function schemasByTopic(folder: string, events: string[]): object {
  return Object.fromEntries(events.map((file) => [file.replace('.avsc', ''), JSON.parse(readFileSync(join(folder, file), 'utf8'))]))
}

function typeOf(schema: Schema, declared: Map<string, string>): string {
  if (typeof schema === 'string') return primitives[schema] ?? schema
  if (Array.isArray(schema))
    return schema
      .map((branch) => typeOf(branch, declared))
      .sort(nullLast)
      .join(' | ')
  if (schema.type === 'array') return `${typeOf(schema.items ?? 'null', declared)}[]`
  if (schema.type === 'enum') return declare(schema, (schema.symbols ?? []).map((symbol) => `'${symbol}'`).join(' | '), declared)
  if (schema.type === 'record') {
    const fields = (schema.fields ?? []).map((field) => `  ${comment(field.doc)}${field.name}: ${typeOf(field.type, declared)}`)
    return declare(schema, `{\n${fields.join('\n')}\n}`, declared)
  }
  return typeOf(schema.type, declared)
}

function declare(schema: { name?: string; doc?: string }, body: string, declared: Map<string, string>): string {
  const name = schema.name ?? ''
  const source = `${schema.doc ? `/** ${schema.doc} */\n` : ''}export type ${name} = ${body}`
  const before = declared.get(name)
  if (before !== undefined && before !== source) throw new Error(`schemas/events: two different types are named ${name}; rename one`)
  declared.set(name, source)
  return name
}

const comment = (doc?: string) => (doc ? `/** ${doc} */\n  ` : '')
const nullLast = (a: string, b: string) => Number(a === 'null') - Number(b === 'null')
