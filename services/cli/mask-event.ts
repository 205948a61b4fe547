import { mask } from './output.ts'

const personal = new Set(['name', 'email', 'phone', 'message', 'text', 'channel_user_id', 'order_number', 'title', 'recipient', 'page_url'])

/** A copy of an event in which names, addresses, numbers and texts of people are masked, however deep they stand. */
export function maskEvent(value: unknown, field = ''): unknown {
  if (typeof value === 'string') return personal.has(field) ? mask(value) : value
  if (Array.isArray(value)) return value.map((item) => maskEvent(item, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskEvent(inner, name)]))
}
