const mostFormats = 500
const times = new Map<string, { day: Intl.DateTimeFormat; clock: Intl.DateTimeFormat }>()
const prices = new Map<string, Intl.NumberFormat>()

/** `ms` as date and time in the tenant's zone, the zone named. */
export function formatTime(ms: number, timezone: string): string {
  if (!isTime(ms)) return 'unknown'
  return `${formatDay(ms, timezone)}, ${formatClock(ms, timezone)} (${timezone})`
}

/** The time of day of `ms` in the tenant's zone; with the day when that is not the day of `reference`. Empty when it is not known. */
export function formatMoment(ms: number | null, reference: number, timezone: string): string {
  if (ms === null || !isTime(ms)) return ''
  const day = formatDay(ms, timezone)
  const clock = formatClock(ms, timezone)
  return isTime(reference) && day === formatDay(reference, timezone) ? clock : `${day}, ${clock}`
}

/** A price in its currency's own minor units; undefined when it or its currency is unknown. */
export function formatPrice(minor: number | null, currency: string | null): string | undefined {
  if (minor === null || currency === null || !/^[A-Za-z]{3}$/.test(currency)) return undefined
  const format = remembered(prices, currency.toUpperCase(), (code) => new Intl.NumberFormat('en', { style: 'currency', currency: code }))
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

// A longer address is no product page; ten of them would make up most of a mail.
const longestUrl = 500

/** `url` when it is an http address of sensible length; anything else must not become a link. */
export function safeUrl(url: string | null | undefined): string | undefined {
  if (url === null || url === undefined || url.length > longestUrl || !URL.canParse(url)) return undefined
  const { protocol, username, href } = new URL(url)
  // https://shop.example@evil.example shows one host and opens another.
  return (protocol === 'http:' || protocol === 'https:') && username === '' && href.length <= longestUrl ? href : undefined
}

/** The digits to dial for a telephone number as a person typed it; undefined when it is none. */
export function dialable(phone: string): string | undefined {
  const number = phone.replace(/[\s().-]/g, '')
  return /^\+?\d{5,15}$/.test(number) ? number : undefined
}

const formatDay = (ms: number, timezone: string) => timesIn(timezone).day.format(ms)
const formatClock = (ms: number, timezone: string) => timesIn(timezone).clock.format(ms)

// Whoever produced the event wrote its times: beyond this range a date throws.
const isTime = (ms: number) => Math.abs(ms) <= 8.64e15

function timesIn(timezone: string) {
  return remembered(times, timezone, (timeZone) => ({
    day: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone }),
    clock: new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }),
  }))
}

/** A formatter is fifty times dearer to make than to use. */
function remembered<T>(known: Map<string, T>, key: string, make: (key: string) => T): T {
  const value = known.get(key) ?? make(key)
  if (known.size >= mostFormats) known.clear()
  known.set(key, value)
  return value
}
