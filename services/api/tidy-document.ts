import { STATUS_CODES } from 'node:http'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const prefix = '#/components/schemas/'

/**
 * Makes the document say what is true: a named shape has one form, that of answers where it stands in one and else that of requests, which may leave out what has a default; errors leave as application/problem+json, and an answer without a word about it is called
 * by its status.
 */
export function tidyDocument(document: object): object {
  const tidy = walk(document as Json) as Parameters<typeof answersOf>[0] & { components?: { schemas?: Record<string, Json> } }
  const schemas = tidy.components?.schemas ?? {}
  const answered = namesIn(answersOf(tidy), schemas)
  for (const [twin, shape] of Object.entries(schemas)) {
    if (!isTwin(twin, schemas)) continue
    const name = twin.slice(0, -'Input'.length)
    if (!answered.has(name)) schemas[name] = shape
    delete schemas[twin]
  }
  return tidy

  function walk(value: Json, name = ''): Json {
    if (Array.isArray(value)) return value.map((item) => walk(item))
    if (value === null || typeof value !== 'object')
      return name === '$ref' && typeof value === 'string' ? value.replace(/Input$/, '') : value
    const entries = Object.entries(value).map(([key, item]) => [key, walk(item, key)] as const)
    return name === 'responses' ? answers(Object.fromEntries(entries)) : Object.fromEntries(entries)
  }
}

const isTwin = (name: string, schemas: Record<string, Json>) => name.endsWith('Input') && name.slice(0, -'Input'.length) in schemas

const answersOf = ({ paths = {} }: { paths?: Record<string, Record<string, { responses?: Json }>> }): Json =>
  Object.values(paths).flatMap((methods) => Object.values(methods).map(({ responses = null }) => responses))

/** The names of all shapes that `value` refers to, through other shapes too. */
function namesIn(value: Json, schemas: Record<string, Json>, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) namesIn(item, schemas, found)
  else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) namesIn(item, schemas, found)
  else if (typeof value === 'string' && value.startsWith(prefix)) {
    const name = value.slice(prefix.length)
    if (found.has(name)) return found
    found.add(name)
    namesIn(schemas[name] ?? null, schemas, found)
  }
  return found
}

function answers(byStatus: { [status: string]: Json }): Json {
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, answer]) => {
      const { description, content, ...rest } = answer as {
        description: string
        content?: { [type: string]: { schema: { $ref?: string } } }
      }
      const shape = content?.['application/json']
      const isProblem = shape?.schema.$ref === `${prefix}Problem`
      return [
        status,
        {
          ...rest,
          description: description === 'Default Response' ? (STATUS_CODES[status] ?? 'Answer') : description,
          ...(content === undefined ? {} : { content: isProblem ? { 'application/problem+json': shape } : content }),
        },
      ]
    }),
  ) as Json
}
