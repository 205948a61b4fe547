import { describe, expect, it } from '@jest/globals'
import { contactKeysOf, normalEmail, normalOrderNumber, normalPhone } from '../../../services/leads/contact-keys.ts'
import { decideContacts, type KnownKeys } from '../../../services/leads/decide-contacts.ts'

describe('a phone number', () => {
  it.each([
    ['(11) 98888-7777', '+5511988887777'],
    ['+55 11 98888 7777', '+5511988887777'],
    ['+1 415 555 2671', '+14155552671'],
    ['123', undefined],
    ['call me', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s is %s in Brazil', (raw, normal) => {
    expect(normalPhone(raw, 'BR')).toBe(normal)
  })
})

describe('an email address', () => {
  it.each([
    [' Ana@Example.COM ', 'ana@example.com'],
    ['ana@localhost', undefined],
    ['a b@example.com', undefined],
    ['@example.com', undefined],
    ['ana@@example.com', undefined],
    ['josé@exämple.com', 'josé@exämple.com'],
  ])('%s is %s', (raw, normal) => {
    expect(normalEmail(raw)).toBe(normal)
  })
})

describe('an order number', () => {
  it.each([
    ['#1001', '1001'],
    [' 10 01 ', '1001'],
    ['ab-7', 'AB-7'],
    ['#', undefined],
  ])('%s is %s', (raw, normal) => {
    expect(normalOrderNumber(raw)).toBe(normal)
  })
})

describe('contact keys', () => {
  it('come strongest first', () => {
    const keys = contactKeysOf(
      { visitorId: 'v', channel: 'Web', channelUserId: 'u', phone: '11 98888-7777', email: 'a@b.co', orderNumber: '#1' },
      'BR',
    )
    expect(keys.map(({ kind, value }) => `${kind} ${value}`)).toEqual([
      'visitor v',
      'channel_user web:u',
      'phone +5511988887777',
      'email a@b.co',
      'order_number 1',
    ])
  })
})

describe('who an event is from', () => {
  const person = (name: string, fields: Parameters<typeof contactKeysOf>[0], opens = true) => ({
    keys: contactKeysOf(fields, 'BR'),
    newContactId: opens ? Buffer.from(name) : undefined,
  })
  const decide = (...people: ReturnType<typeof person>[]) => {
    const known: KnownKeys = { owners: new Map(), scopes: new Map() }
    return decideContacts(people, known).map((decision) =>
      decision === undefined
        ? 'stranger'
        : `${decision.contactId.toString()}${decision.conflicts.length > 0 ? ` with ${decision.conflicts.length} conflict` : ''}`,
    )
  }

  it('is decided by the strongest known key; a key of somebody else stays theirs and is a conflict', () => {
    expect(
      decide(
        person('ana', { visitorId: 'v1' }),
        person('bea', { phone: '11 98888-7777' }),
        person('x', { visitorId: 'v1', phone: '11 98888-7777' }),
      ),
    ).toEqual(['ana', 'bea', 'ana with 1 conflict'])
  })

  it('is not decided by an email or order number across two visitor ids', () => {
    expect(
      decide(
        person('ana', { visitorId: 'v1', email: 'a@b.co', orderNumber: '7' }),
        person('bea', { visitorId: 'v2', email: 'a@b.co', orderNumber: '#7' }),
      ),
    ).toEqual(['ana', 'bea with 2 conflict'])
  })

  it('is decided by an email where the other id is of another channel', () => {
    expect(
      decide(
        person('ana', { visitorId: 'v1', email: 'a@b.co' }),
        person('x', { channel: 'whatsapp', channelUserId: 'w', email: 'a@b.co' }),
      ),
    ).toEqual(['ana', 'ana'])
  })

  it('is decided by a phone even across two visitor ids', () => {
    expect(
      decide(person('ana', { visitorId: 'v1', phone: '11 98888-7777' }), person('x', { visitorId: 'v2', phone: '+5511988887777' })),
    ).toEqual(['ana', 'ana'])
  })

  it('stays unknown where a stranger must not become a contact', () => {
    expect(
      decide(
        person('shopper', { email: 'a@b.co' }, false),
        person('ana', { email: 'a@b.co' }),
        person('shopper', { email: 'a@b.co', orderNumber: '5' }, false),
        person('x', { orderNumber: '5' }),
      ),
    ).toEqual(['stranger', 'ana', 'ana', 'ana'])
  })
})
