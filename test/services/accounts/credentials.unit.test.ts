import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { newCredential, readCredential, writeCredential } from '../../../services/accounts/credential.ts'
import { normalAddress } from '../../../services/accounts/email-address.ts'
import { idBytes, idText, newId } from '../../../services/accounts/identifiers.ts'
import { isAlive, sessionMs } from '../../../services/accounts/sessions.ts'
import { addressKey } from '../../../services/accounts/sign-in-attempts.ts'
import { isAddress } from '../../../services/platform/mail/mail-address.ts'

describe('a credential', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_294_967_295 }), (tenantId) => {
        const credential = newCredential(tenantId)
        expect(readCredential(writeCredential(credential))).toEqual(credential)
      }),
    )
  })

  const secret = newCredential(1).secret
  it.each([
    '',
    secret,
    `_${secret}`,
    `0_${secret}`,
    `01_${secret}`,
    `-1_${secret}`,
    `1e3_${secret}`,
    `4294967296_${secret}`,
    `1_${secret}a`,
    `1_${secret.slice(1)}`,
    ` 1_${secret}`,
    `1_${secret}\n`,
    `1_${secret.slice(1)}+`,
  ])('of another form is none: %j', (text) => {
    expect(readCredential(text)).toBeUndefined()
  })

  it('never reads what is no credential', () => {
    fc.assert(fc.property(fc.string(), (text) => readCredential(text) === undefined))
  })
})

describe('an id', () => {
  it('is read as it was written, and later ones sort behind', () => {
    const earlier = newId(new Date(1_000_000))
    const later = newId(new Date(1_000_001))
    expect(idBytes(idText(earlier))).toEqual(earlier)
    expect(Buffer.compare(earlier, later)).toBeLessThan(0)
    expect(idText(later)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('sorts behind those of the same millisecond', () => {
    const ids = Array.from({ length: 1000 }, () => idText(newId(new Date(2_000_000))))
    expect(ids).toEqual(ids.toSorted())
    expect(new Set(ids).size).toBe(1000)
  })

  it('that is none is nobody’s', () => {
    expect(idBytes("' OR 1=1 --")).toEqual(Buffer.alloc(16))
  })
})

describe('an email address', () => {
  it.each([
    [' Maria@Shop.Example ', 'maria@shop.example'],
    ['o’brien@shop.example', undefined],
    ['maria@shop', undefined],
    ['maria@@shop.example', undefined],
    ['mаria@shop.example', undefined],
    ['"maria"@shop.example', undefined],
    ['maria@shop.example\nbcc: x@y.example', undefined],
    [`${'a'.repeat(65)}@shop.example`, undefined],
  ])('%j is kept as %j', (raw, expected) => {
    expect(normalAddress(raw)).toBe(expected)
  })

  it('that is kept can be mailed to', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string()), (raw) => {
        const address = normalAddress(raw)
        if (address !== undefined) expect(isAddress(address)).toBe(true)
      }),
    )
  })
})

describe('a session', () => {
  const start = Date.UTC(2026, 0, 1)
  const hour = 3_600_000
  it.each([
    [0, 0, true],
    [0, 12 * hour - 1, true],
    [0, 12 * hour, false],
    [160 * hour, 168 * hour - 1, true],
    [160 * hour, 168 * hour, false],
  ])('last used after %i ms is alive after %i ms: %s', (seenMs, nowMs, expected) => {
    expect(isAlive(start + seenMs, start + sessionMs, start + nowMs)).toBe(expected)
  })
})

describe('a network address', () => {
  const key = (address: string) => addressKey(address).hash.toString('hex')
  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9', true],
    ['2001:db8:1:2::', '2001:0DB8:0001:0002:ffff::1', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '::2', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['fe80::1%eth0', 'fe80::2%eth1', true],
  ])('%s counts with %s: %s', (one, other, together) => {
    expect(key(one) === key(other)).toBe(together)
  })
})
