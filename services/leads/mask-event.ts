const personal = new Set(
  'name email phone message text channel_user_id order_number title recipient page_url visitor_id customer_id conversation_id reason button_payload coupon url image_url'.split(
    ' ',
  ),
)

/** A copy of an event in which names, addresses, numbers and texts of people are masked, however deep they stand. */
export function maskEvent(value: unknown, field = ''): unknown {
  if (typeof value === 'string') return personal.has(field) ? mask(value) : value
  if (Array.isArray(value)) return value.map((item) => maskEvent(item, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskEvent(inner, name)]))
}

/** `text` with only its ends left, for people who need not see it. */
export function mask(text: string | null): string | null {
  if (text === null || text === '') return text
  const letters = [...text]
  return letters.length <= 2 ? '*'.repeat(letters.length) : `${letters[0]}${'*'.repeat(Math.min(6, letters.length - 2))}${letters.at(-1)}`
}
