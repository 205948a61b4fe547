import { describe, expect, it } from '@jest/globals'
import { decodeWhatsApp } from '../../../services/gateway/decode-whatsapp.ts'
import { ownPayloads } from '../../support/provider-payloads.ts'

const context = { tenant: 'demo', receivedAt: Date.UTC(2026, 0, 1) }
const decodeOwn = (name: string) => {
  const found = ownPayloads('whatsapp').find((payload) => payload.name === `${name}.json`)
  return decodeWhatsApp(found?.payload, context)
}
const decodeValue = (value: object) =>
  decodeWhatsApp({ object: 'whatsapp_business_account', entry: [{ changes: [{ field: 'messages', value }] }] }, context)
const textsOf = (name: string) => decodeOwn(name).events.map(({ event }) => ('text' in event ? event.text : undefined))

describe('a WhatsApp message', () => {
  it('is a reply to the message that it answers, from a person with phone, id and name', () => {
    expect(decodeOwn('text').events).toMatchObject([
      {
        topic: 'broadcast.reply-received',
        key: 'demo:5511987654321',
        event: {
          event_id: 'wamid.TRIB.text1',
          source: 'whatsapp-cloud',
          in_reply_to: 'wamid.TRIB.out1',
          text: 'Oi! Ainda tem esse tênis no 42? 👟',
          occurred_at: 1_759_312_800_000,
          recipient: { channel: 'whatsapp', channel_user_id: '5511987654321', phone: '+5511987654321', name: 'Beatriz Lima' },
        },
      },
    ])
  })

  it.each([
    ['media', ['[video] A sola soltou', '[audio]', '[document] nota-fiscal.pdf Segue a nota', '[sticker]']],
    ['location', ['[location] Praça da Sé Sé, São Paulo -23.5505, -46.6333']],
    ['contacts', ['[contact] Otávio Reis +55 11 91234-5678, +55 21 99876-5432']],
    ['order', ['[order] 2 × TENIS-AZUL-42, 1 × MEIA-P Entrega amanhã?']],
    ['referral', ['Vi o anúncio, ainda vale?']],
    ['flow', ['[form] size: 42, colour: azul']],
  ])('of kind %s is text that a person can read', (name, texts) => {
    expect(textsOf(name)).toEqual(texts)
  })

  it('that picks a button or a row carries its label and payload', () => {
    expect(decodeOwn('interactive').events).toMatchObject([
      { event: { text: 'Tamanho 42', button_payload: 'size-42', in_reply_to: 'wamid.TRIB.out1' } },
      { event: { text: 'Loja Centro: Rua Direita 10', button_payload: 'store-centro' } },
    ])
    expect(decodeOwn('interactive').ignored).toHaveLength(1)
  })

  it.each([
    ['reaction', ['reaction']],
    ['left-out', ['unsupported', 'system', 'edit', 'revoke', 'request_welcome', 'interactive']],
  ])('of file %s is left out with its reason', (name, left) => {
    expect(decodeOwn(name).events).toEqual([])
    expect(decodeOwn(name).ignored.map(({ what }) => what)).toEqual(left.map((kind) => `message of type ${kind}`))
  })

  it('that says nothing, or is no object, is left out with its reason', () => {
    expect(decodeValue({ messages: [{ id: 'a', from: '5511987654321', type: 'text', text: {} }, null] })).toEqual({
      events: [],
      ignored: [
        { what: 'message of type text', reason: 'it says nothing' },
        { what: 'message of type unknown', reason: 'it has no id or no sender' },
      ],
    })
  })

  it.each(['1', '4102444799', 'soon', ''])('with the impossible time %j happened when it was received', (timestamp) => {
    const [decoded] = decodeValue({ messages: [{ id: 'a', from: '5511987654321', timestamp, type: 'text', text: { body: 'Oi' } }] }).events
    expect(decoded?.event.occurred_at).toBe(context.receivedAt)
  })

  it('and the status of the message that it answers have the same message id, however long', () => {
    const id = 'w'.repeat(300)
    const { events } = decodeValue({
      messages: [{ id: 'a', from: '5511987654321', type: 'text', text: { body: 'Oi' }, context: { id } }],
      statuses: [{ id, status: 'sent', recipient_id: '5511987654321' }],
    })
    const [reply, report] = events.map(({ event }) => event as { in_reply_to?: string; message_id: string })
    expect(reply?.in_reply_to).toBe(report?.message_id)
    expect(report?.message_id.length).toBeLessThanOrEqual(255)
    for (const { event } of events) expect(event.event_id.length).toBeLessThanOrEqual(128)
  })
})

describe('a person on WhatsApp', () => {
  it('who shows a username instead of a number is known by the business-scoped id', () => {
    expect(decodeOwn('username-only').events).toMatchObject([
      { event: { recipient: { channel_user_id: 'BR.13491208655302', phone: null, name: 'Kim' } } },
    ])
  })

  it('whose number and WhatsApp id differ keeps both, and the name', () => {
    expect(decodeOwn('number-differs-from-id').events).toMatchObject([
      { event: { recipient: { channel_user_id: '551187654321', phone: '+5511987654321', name: 'Beatriz Lima' } } },
    ])
  })

  it('never gets the name of somebody else in the same webhook', () => {
    expect(decodeOwn('two-people').events).toMatchObject([
      { event: { recipient: { channel_user_id: '5511987654321', name: 'Beatriz Lima' } } },
      { event: { recipient: { channel_user_id: '5521998887777', name: null } } },
    ])
  })
})

describe('a WhatsApp status', () => {
  it('is one of several events of its message, with the tracker where it is given', () => {
    expect(decodeOwn('statuses').events).toMatchObject([
      { topic: 'broadcast.delivery-reported', event: { event_id: 'wamid.TRIB.out1:read:1759312750', status: 'READ', broadcast: null } },
      { event: { event_id: 'wamid.TRIB.out1:sent:1759312700', status: 'SENT', broadcast: { broadcast_id: 'october-offer' } } },
      { event: { event_id: 'wamid.TRIB.out1:delivered:1759312720', status: 'DELIVERED' } },
    ])
  })

  it('of a failure carries the code and title of the provider', () => {
    expect(decodeOwn('failed').events).toMatchObject([
      { event: { status: 'FAILED', error: { code: '131026', title: 'Message undeliverable' } } },
    ])
  })

  it('that is no failure carries no error, though the provider warns of one', () => {
    const { events } = decodeValue({
      statuses: [{ id: 'a', status: 'sent', recipient_id: '5511987654321', errors: [{ code: 1, title: 'warning' }] }],
    })
    expect(events).toMatchObject([{ event: { status: 'SENT', error: null } }])
  })

  it('played means read', () => {
    expect(decodeOwn('played').events).toMatchObject([{ event: { status: 'READ', error: null } }])
  })

  it('of a message to a group is one event for each participant', () => {
    expect(decodeOwn('group-statuses').events).toMatchObject([
      { event: { event_id: 'wamid.TRIB.group1:read:1759312900:5511987654321', recipient: { channel_user_id: '5511987654321' } } },
      { event: { event_id: 'wamid.TRIB.group1:read:1759312900:5521998887777', recipient: { channel_user_id: '5521998887777' } } },
    ])
  })

  it.each(['deleted', 'constructor', '__proto__', 'toString'])('%s is left out with its reason', (word) => {
    const decoded = decodeValue({ statuses: [{ id: 'a', status: word, recipient_id: '5511987654321' }] })
    expect(decoded).toEqual({ events: [], ignored: [{ what: `status ${word}`, reason: 'it tells nothing about delivery' }] })
  })
})

describe('a WhatsApp webhook', () => {
  it('about the account, an echo, an error or a call is left out, each part with its reason', () => {
    expect(decodeOwn('account').events).toEqual([])
    expect(decodeOwn('account').ignored.map(({ what }) => what)).toEqual([
      'change of message_template_status_update',
      'change of user_preferences',
      'change of smb_message_echoes',
      'call 1',
      'error 1',
    ])
  })

  it.each([[[]], [[null]], [[{ changes: [] }]], [[{ changes: [{ field: 'messages', value: {} }] }]]])(
    'with the entries %j says that it holds nothing',
    (entry) => {
      expect(decodeWhatsApp({ object: 'whatsapp_business_account', entry }, context).ignored).toEqual([
        { what: 'webhook', reason: 'it holds no message and no status' },
      ])
    },
  )

  it('never repeats in a reason what a person wrote', () => {
    const { ignored } = decodeValue({ messages: [{ id: 'a', from: '5511987654321', type: 'my number is\u001b[2J 5511' }] })
    expect(ignored).toEqual([{ what: 'message of type unknown', reason: 'this kind of message is not known' }])
  })
})
