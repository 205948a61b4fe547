const quarterMs = 900_000
const remembered = 10_000

/** Whether `timeZone` is a name of the IANA time zone database that this machine knows, such as America/Sao_Paulo. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    return false
  }
}

/** Answers how to write milliseconds since 1970 as the time on the clocks of `timeZone`, with its offset: `2026-11-21T06:00:00.000-03:00`. */
export function localTimeIn(timeZone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offsets = new Map<number, number>()
  // Asking for an offset takes a hundred times as long as writing the time, and it changes at quarters of an hour only.
  const offsetMinutes = (ms: number) => {
    const quarter = Math.floor(ms / quarterMs)
    const known = offsets.get(quarter)
    if (known !== undefined) return known
    if (offsets.size >= remembered) offsets.clear()
    const found = minutesOf(format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '')
    offsets.set(quarter, found)
    return found
  }
  return (ms) => {
    const minutes = offsetMinutes(ms)
    return new Date(ms + minutes * 60_000).toISOString().slice(0, -1) + offsetText(minutes)
  }
}

function minutesOf(offset: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(offset) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function offsetText(minutes: number): string {
  const two = (count: number) => String(count).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}
