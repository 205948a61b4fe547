import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { checkSchemas } from '../../services/cli/check-schemas.ts'

type Field = { name: string; doc?: string; type: unknown; default?: unknown }

function fieldsIn(schema: unknown): Field[] {
  if (Array.isArray(schema)) return schema.flatMap(fieldsIn)
  if (typeof schema !== 'object' || schema === null) return []
  const { fields = [], items, type } = schema as { fields?: Field[]; items?: unknown; type?: unknown }
  return [
    ...fields,
    ...fields.flatMap((field) => fieldsIn(field.type)),
    ...fieldsIn(items),
    ...(typeof type === 'object' ? fieldsIn(type) : []),
  ]
}

const files = readdirSync('schemas/events').filter((name) => name.endsWith('.avsc'))

describe('the event schemas', () => {
  it('read each other in every pair of versions, both ways', () => {
    const { pairs, problems } = checkSchemas('schemas/events')
    expect(problems).toEqual([])
    expect(pairs).toBeGreaterThanOrEqual(files.length * 4)
  })

  it('are told apart when a change would break readers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-schemas-'))
    cpSync('schemas/events', folder, { recursive: true })
    const path = join(folder, 'lead.status.avsc')
    const schema = JSON.parse(readFileSync(path, 'utf8')) as { fields: Field[] }
    schema.fields.push({ name: 'added_without_default', type: 'string' })
    writeFileSync(path, JSON.stringify(schema))
    expect(checkSchemas(folder).problems.length).toBeGreaterThan(0)
    rmSync(folder, { recursive: true })
  })

  it.each(files)('%s documents every field', (file) => {
    const fields = fieldsIn(JSON.parse(readFileSync(join('schemas/events', file), 'utf8')))
    expect(fields.filter(({ doc }) => doc === undefined || doc.length < 5).map(({ name }) => name)).toEqual([])
    expect(fields.length).toBeGreaterThan(5)
  })

  it.each(files)('%s has every envelope field', (file) => {
    const names = (JSON.parse(readFileSync(join('schemas/events', file), 'utf8')) as { fields: Field[] }).fields.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['event_id', 'tenant', 'occurred_at', 'source']))
  })
})
