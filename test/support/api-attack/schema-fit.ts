import { z } from 'zod'
import type { ApiDocument, Schema } from './operations.ts'

/** Says what of a value does not fit a schema of the document; undefined when it fits. */
export type Misfit = (schema: Schema, value: unknown) => string | undefined

/** A check against the schemas of this document, made by zod from the JSON Schema itself and not from the shapes that the API was written with. */
export function misfitsOf({ components }: ApiDocument): Misfit {
  const made = new Map<string, z.ZodType>()
  const definitions = Object.fromEntries(Object.entries(components.schemas).map(([name, schema]) => [name, localRefs(schema)]))
  return (schema, value) => {
    const key = JSON.stringify(schema)
    let shape = made.get(key)
    if (shape === undefined) {
      shape = z.fromJSONSchema({ ...(localRefs(schema) as object), $defs: definitions } as Parameters<typeof z.fromJSONSchema>[0])
      made.set(key, shape)
    }
    const { success, error } = shape.safeParse(value)
    return success ? undefined : error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  }
}

/** References to the document's components as references to `$defs`. A default is left out: filling one in would let a value pass that lacks what is required. */
function localRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(localRefs)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'default')
      .map(([name, item]) =>
        name === '$ref' && typeof item === 'string' ? [name, item.replace('#/components/schemas/', '#/$defs/')] : [name, localRefs(item)],
      ),
  )
}
