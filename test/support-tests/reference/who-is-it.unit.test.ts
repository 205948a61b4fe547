import { describe, expect, it } from '@jest/globals'
import { after, form, order, reply } from './histories.ts'

const contactsAfter = (...history: Parameters<typeof after>) => after(...history).contacts.length

describe('two events are of one person when', () => {
  it.each([
    ['the email differs in case and outer space only', form('1', { email: ' Ana@Example.COM' }), form('2', { email: 'ana@example.com ' })],
    ['the phone is typed as at home and abroad', form('1', { phone: '(11) 96123-4567' }), reply('2', { phone: '+55 11 961234567' })],
    [
      'the order number is typed with and without its sign',
      form('1', {}, { order_number: '# br 1001' }),
      order('2', 'CANCELLED', {}, { order_number: 'BR1001' }),
    ],
    [
      'the visitor id is the same, whatever the email',
      form('1', { visitor_id: 'v', email: 'a@x.example' }),
      form('2', { visitor_id: 'v', email: 'b@x.example' }),
    ],
    [
      'a phone joins two different visitor ids',
      form('1', { visitor_id: 'v', phone: '+5511961234567' }),
      form('2', { visitor_id: 'w', phone: '+5511961234567' }),
    ],
    [
      'an email joins ids of different kinds',
      form('1', { visitor_id: 'v', email: 'a@x.example' }),
      reply('2', { channel: 'whatsapp', channel_user_id: 'u', email: 'a@x.example' }),
    ],
    [
      'an email joins users of different channels',
      reply('1', { channel: 'instagram', channel_user_id: 'u', email: 'a@x.example' }),
      reply('2', { channel: 'whatsapp', channel_user_id: 'u', email: 'a@x.example' }),
    ],
    ['the later one has no attested id at all', form('1', { visitor_id: 'v', email: 'a@x.example' }), form('2', { email: 'a@x.example' })],
    [
      'the earlier one had no attested id at all',
      form('1', { email: 'a@x.example' }),
      form('2', { visitor_id: 'v', email: 'a@x.example' }),
    ],
  ])('%s', (_, first, second) => {
    expect(contactsAfter(first, second)).toBe(1)
  })
})

describe('two events are of two people when', () => {
  it.each([
    [
      'an email is shared by two visitor ids',
      form('1', { visitor_id: 'v', email: 'a@x.example' }),
      form('2', { visitor_id: 'w', email: 'a@x.example' }),
    ],
    [
      'an order number is shared by two visitor ids',
      form('1', { visitor_id: 'v' }, { order_number: '1' }),
      order('2', 'CANCELLED', { visitor_id: 'w' }, { order_number: '1' }),
    ],
    [
      'an email is shared by two users of one channel',
      reply('1', { channel: 'whatsapp', channel_user_id: 'u', email: 'a@x.example' }),
      reply('2', { channel: 'whatsapp', channel_user_id: 'w', email: 'a@x.example' }),
    ],
    [
      'one id is used in two channels',
      reply('1', { channel: 'instagram', channel_user_id: 'u' }),
      reply('2', { channel: 'whatsapp', channel_user_id: 'u' }),
    ],
    ['neither leaves a key', form('1', {}), form('2', {})],
    ['the same email is not plausible', form('1', { email: 'a@b' }), form('2', { email: 'a@b' })],
    ['the same phone is not valid', reply('1', { phone: '123' }), reply('2', { phone: '123' })],
    ['they write to two tenants', form('1', { visitor_id: 'v' }), form('2', { visitor_id: 'v' }, { tenant: 'store' })],
  ])('%s', (_, first, second) => {
    expect(contactsAfter(first, second)).toBe(2)
  })
})

describe('an event with keys of several people', () => {
  const ana = form('1', { visitor_id: 'v', email: 'ana@x.example' })
  const bea = form('2', { phone: '+5511961234567' })

  it('goes to the owner of the strongest known key, merges nobody and records the other key', () => {
    const model = after(ana, bea, form('3', { visitor_id: 'v', phone: '+5511961234567' }))
    expect(model.contacts).toHaveLength(2)
    expect(model.submissions.get('["loja","test","3"]')?.contactId).toBe('["loja","test","1"]')
    expect(model.keyConflicts).toMatchObject([{ key: { kind: 'phone' }, otherContactId: '["loja","test","2"]' }])
  })

  it('leaves a vetoed key with its owner and records it', () => {
    const model = after(ana, form('3', { visitor_id: 'w', email: 'ana@x.example' }))
    expect(model.keyConflicts).toMatchObject([{ key: { kind: 'email' }, otherContactId: '["loja","test","1"]' }])
    expect([...(model.contacts[1]?.keys.values() ?? [])]).toMatchObject([{ kind: 'visitor', value: 'w' }])
  })

  it('falls to the next key where a stronger typed one is vetoed', () => {
    const other = form('2', {}, { order_number: '77' })
    const model = after(ana, other, form('3', { visitor_id: 'w', email: 'ana@x.example' }, { order_number: '#77' }))
    expect(model.submissions.get('["loja","test","3"]')?.contactId).toBe('["loja","test","2"]')
  })

  it('gives its unknown keys to the person, so that each of them finds the person later', () => {
    expect(contactsAfter(ana, form('3', { visitor_id: 'v', phone: '+5511961234567' }), bea)).toBe(1)
  })
})
