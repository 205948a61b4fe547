type Field = { name: string; type: unknown; default?: unknown }

/** `event` with the defaults of its Avro schema where a field is missing, also inside records and arrays. What the schema does not know is left for the encoder to refuse. */
export function fillDefaults(schema: unknown, event: unknown): unknown {
  if (Array.isArray(schema))
    return event === null
      ? null
      : fillDefaults(
          schema.find((branch) => typeof branch === 'object'),
          event,
        )
  if (typeof schema !== 'object' || schema === null) return event
  const { type, fields, items } = schema as { type: unknown; fields?: Field[]; items?: unknown }
  if (type === 'array' && Array.isArray(event)) return event.map((item) => fillDefaults(items, item))
  if (type === 'record' && typeof event === 'object' && event !== null) {
    const given = event as Record<string, unknown>
    return Object.fromEntries(
      (fields ?? []).map(({ name, type: fieldType, default: fallback }) => [
        name,
        name in given ? fillDefaults(fieldType, given[name]) : fallback,
      ]),
    )
  }
  return typeof type === 'object' ? fillDefaults(type, event) : event
}
