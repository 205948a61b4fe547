import { STATUS_CODES } from 'node:http'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const prefix = '#/components/schemas/'

/**
 * Makes the document say what is true: a named shape has one form for requests and answers, errors leave as application/problem+json, and an answer without a word about it is called
 * by its status.
 */
export function tidyDocument(document: object): object {
  const tidy = walk(document as Json) as { components?: { schemas?: Record<string, Json> } }
  const schemas = tidy.components?.schemas ?? {}
  for (const name of Object.keys(schemas)) if (isTwin(name, schemas)) delete schemas[name]
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
