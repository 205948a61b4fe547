import { textIn } from './json.ts'

/**
 * A decimal price in minor units of `currency` (ISO 4217 exponents as Unicode CLDR has them: JPY 0, USD 2, KWD 3), exactly, without floating point. Digits beyond the exponent are cut.
 * Null when price or currency cannot be read, or the number is beyond 2^53.
 */
export function minorUnits(price: unknown, currency: string | null): number | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(textIn(price)?.trim() ?? '')
  if (match === null || currency === null || !/^[A-Za-z]{3}$/.test(currency)) return null
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  const minor = Number(`${match[1]}${match[2]}${(match[3] ?? '').slice(0, digits).padEnd(digits, '0')}`)
  return Number.isSafeInteger(minor) ? minor : null
}
