import { hostileJson, hostileSegments, hostileTexts } from './hostile-values.ts'
import type { ApiDocument, Operation, Schema } from './operations.ts'
import type { Attempt } from './attacked-api.ts'
import type { Misfit } from './schema-fit.ts'

/** A request with one hostile value. `field` names where it is; `isRefused`: by the document it is wrong, so that it must be refused and change nothing. */
export type Attack = Attempt & { field: string; isRefused: boolean }

/** Hostile values in every parameter and every field of the body, one at a time; the rest is as it should be. */
export function attacksOn(
  operation: Operation,
  document: ApiDocument,
  misfit: Misfit,
  ids: Readonly<Record<string, string>>,
  body: unknown,
): Attack[] {
  const attacks: Attack[] = []
  for (const { name, in: place, schema } of operation.parameters) {
    if (place === 'path')
      for (const segment of hostileSegments)
        attacks.push({ field: name, ids: { ...ids, [name]: segment }, body, isRefused: misfit(schema, decoded(segment)) !== undefined })
    if (place === 'query')
      for (const text of hostileTexts.filter((value) => value.length < 4_000))
        attacks.push({ field: name, ids: { ...ids }, query: `?${name}=${encode(text)}`, body, isRefused: false })
    if (place === 'header')
      for (const text of ['"', `"${'9'.repeat(40)}"`, `' OR 1=1 --`, '*', 'W/"1"', '-1', 'x'.repeat(5_000)])
        attacks.push({ field: name, ids: { ...ids }, headers: { [name]: text }, body, isRefused: false })
  }
  if (operation.parameters.some((parameter) => parameter.in === 'query'))
    attacks.push({ field: 'querystring', ids: { ...ids }, query: '?xylograph=1', body, isRefused: true })
  if (operation.body === undefined || typeof body !== 'object' || body === null) return attacks
  for (const path of fieldsOf(operation.body, document))
    // Fields further in get a part of the values, which differs from field to field.
    for (const value of path.length === 1 ? hostileJson : hostileJson.filter((_, index) => index % 4 === path.join().length % 4)) {
      const changed = withValue(body, path, value)
      attacks.push({ field: path.join('.'), ids: { ...ids }, body: changed, isRefused: misfit(operation.body, changed) !== undefined })
    }
  for (const value of hostileJson)
    attacks.push({ field: 'body', ids: { ...ids }, body: JSON.stringify(value), isRefused: misfit(operation.body, value) !== undefined })
  attacks.push({ field: 'body', ids: { ...ids }, body: { ...body, xylograph: 1 }, isRefused: true })
  return attacks
}

/** The names of the fields that a body may have, through objects and alternatives, but not into lists. */
function fieldsOf(schema: Schema, document: ApiDocument, depth = 0): string[][] {
  const { $ref, properties, anyOf, oneOf } = schema as {
    $ref?: string
    properties?: Record<string, Schema>
    anyOf?: Schema[]
    oneOf?: Schema[]
  }
  if ($ref !== undefined) return fieldsOf(document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}, document, depth)
  const nested = Object.entries(properties ?? {}).flatMap(([name, inner]) => [
    [name],
    ...(depth < 3 ? fieldsOf(inner, document, depth + 1).map((path) => [name, ...path]) : []),
  ])
  const all = [...nested, ...[...(anyOf ?? []), ...(oneOf ?? [])].flatMap((inner) => fieldsOf(inner, document, depth))]
  return [...new Map(all.map((path) => [path.join('.'), path])).values()]
}

function withValue(body: object, [name = '', ...rest]: readonly string[], value: unknown): object {
  const held = (body as Record<string, unknown>)[name]
  const inner = typeof held === 'object' && held !== null && !Array.isArray(held) ? held : {}
  return { ...body, [name]: rest.length === 0 ? value : withValue(inner, rest, value) }
}

// Half a surrogate pair has no encoding: it goes out as the sign for what cannot be read.
const encode = (text: string) => encodeURIComponent(Buffer.from(text).toString())

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
