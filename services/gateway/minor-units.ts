import { textIn } from './json.ts'

const digitsOfCurrency = new Map<string, number>()
// Beyond it avsc 5.7 refuses 2^53 - 1, and writes another number than it is given for negative ones, without an error.
const greatest = 2 ** 52

/**
 * A decimal price in minor units of `currency` (ISO 4217 exponents as Unicode CLDR has them: JPY 0, USD 2, KWD 3), exactly, without floating point. Digits beyond the exponent are cut.
 * Null when price or currency cannot be read, or the number is beyond 2^52.
 */
export function minorUnits(price: unknown, currency: string | null): number | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(textIn(price)?.trim() ?? '')
  if (match === null || currency === null || !/^[A-Za-z]{3}$/.test(currency)) return null
  const digits = fractionDigits(currency.toUpperCase())
  const minor = Number(`${match[1]}${match[2]}${(match[3] ?? '').slice(0, digits).padEnd(digits, '0')}`)
  // Adding zero turns the -0 of "-0.00" into 0.
  return Math.abs(minor) <= greatest ? minor + 0 : null
}

// Kept, because making a number format takes longer than all the rest of an order line; three letters bound how many there can be.
function fractionDigits(currency: string): number {
  const known = digitsOfCurrency.get(currency)
  if (known !== undefined) return known
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  digitsOfCurrency.set(currency, digits)
  return digits
}
