import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { minorUnits } from '../../../services/gateway/minor-units.ts'

describe('a price', () => {
  it.each([
    ['5400', 'JPY', 5400],
    ['5400.00', 'JPY', 5400],
    ['10.5', 'USD', 1050],
    [10.5, 'USD', 1050],
    ['1.234', 'KWD', 1234],
    ['-3.10', 'EUR', -310],
    ['-0.00', 'EUR', 0],
    ['0.29', 'USD', 29],
    ['0.29', 'usd', 29],
    ['1e3', 'USD', null],
    ['1,000.00', 'USD', null],
    ['', 'USD', null],
    [null, 'USD', null],
    ['10', null, null],
    ['10', 'EURO', null],
    ['99999999999999999999', 'USD', null],
    ['-45035996273704.96', 'USD', -(2 ** 52)],
    ['-45035996273704.97', 'USD', null],
    ['90071992547409.91', 'USD', null],
    ['-4503599627370.497', 'KWD', null],
  ])('%s %s is %s minor units', (price, currency, minor) => {
    expect(minorUnits(price, currency)).toBe(minor)
  })

  it('of any number of cents is exactly that many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (cents) => {
        const digits = String(cents).padStart(3, '0')
        expect(minorUnits(`${digits.slice(0, -2)}.${digits.slice(-2)}`, 'USD')).toBe(cents)
      }),
    )
  })
})
