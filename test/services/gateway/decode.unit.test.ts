import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { checkDelivery, checkEnvelope, checkOrder, checkReply } from '../../../services/leads/contract.ts'
import type { Decode, Decoded, DecodedEvent } from '../../../services/gateway/decoded.ts'
import { providers } from '../../../services/gateway/providers.ts'
import { TributaryError } from '../../../services/platform/errors.ts'
import { eventType } from '../../../services/platform/kafka/event-type.ts'
import { ownPayloads, publishedPayloads } from '../../support/provider-payloads.ts'

const context = { tenant: 'demo', receivedAt: Date.UTC(2026, 0, 1) }
const avro = {
  'chat.form-submitted': eventType('chat.form-submitted').avro,
  'broadcast.reply-received': eventType('broadcast.reply-received').avro,
  'broadcast.delivery-reported': eventType('broadcast.delivery-reported').avro,
  'order.changed': eventType('order.changed').avro,
}

function contractProblem({ topic, event }: DecodedEvent): string | undefined {
  const envelope = checkEnvelope(event, context.receivedAt)
  if (envelope !== undefined) return envelope
  if (topic === 'broadcast.reply-received') return checkReply(event)
  if (topic === 'broadcast.delivery-reported') return checkDelivery(event)
  return topic === 'order.changed' ? checkOrder(event) : undefined
}

function expectWhole({ events, ignored }: Decoded): void {
  expect(events.length + ignored.length).toBeGreaterThan(0)
  for (const decoded of events) {
    expect(avro[decoded.topic].fromBuffer(avro[decoded.topic].toBuffer(decoded.event))).toEqual(decoded.event)
    expect(contractProblem(decoded)).toBeUndefined()
  }
  for (const { what, reason } of ignored) expect([what, reason]).not.toContain('')
}

// prettier-ignore
const hostileText = fc.constantFrom(
  'constructor', '__proto__', 'toString', 'hasOwnProperty', '', ' ', '\u0000', '\u202e', 'x'.repeat(5000), '+5511987654321', 'US.1',
  '1759312800', '4000000000', '-1', '1e999', '2025-10-01T09:00:00-03:00', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59Z', '2025-10-01', '7',
)
const someText = (...words: string[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: hostileText })
const anything = fc.oneof(hostileText, fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.bigInt())
/** An object of the provider's shape, in which now and then a field is missing or is anything. */
const shaped = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, usual]) => [name, mostly(usual)])))
const mostly = (usual: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 20, arbitrary: usual }, { weight: 1, arbitrary: anything }, { weight: 1, arbitrary: fc.constant(undefined) })
const listOf = (item: fc.Arbitrary<unknown>) => fc.array(fc.oneof({ weight: 6, arbitrary: item }, anything), { maxLength: 3 })

const kinds = [
  'text',
  'button',
  'interactive',
  'image',
  'location',
  'contacts',
  'order',
  'reaction',
  'system',
  'edit',
  'unsupported',
] as const
const body = shaped({
  body: someText('Oi'),
  text: someText('Sim'),
  type: someText('button_reply', 'list_reply', 'nfm_reply'),
  button_reply: shaped({ id: hostileText, title: hostileText }),
  nfm_reply: shaped({ response_json: someText('{"a":{"b":1}}', '[]', 'null', '['.repeat(20_000)) }),
  product_items: listOf(shaped({ quantity: anything, product_retailer_id: hostileText })),
})
const message = shaped({
  id: someText('wamid.1'),
  from: someText('5511987654321'),
  from_user_id: hostileText,
  timestamp: someText('1759312800'),
  type: someText(...kinds),
  context: shaped({ id: hostileText }),
  ...Object.fromEntries(kinds.map((kind) => [kind, body])),
})
const status = shaped({
  id: someText('wamid.2'),
  status: someText('sent', 'failed', 'played'),
  timestamp: someText('1759312800'),
  recipient_id: someText('5511987654321'),
  recipient_participant_id: hostileText,
  biz_opaque_callback_data: anything,
  errors: listOf(shaped({ code: anything, title: anything })),
})
const contact = shaped({ wa_id: someText('5511987654321'), user_id: hostileText, profile: shaped({ name: hostileText }) })
const value = shaped({ contacts: listOf(contact), messages: listOf(message), statuses: listOf(status), errors: listOf(anything) })
const whatsAppWebhook = fc.record({
  object: fc.constant('whatsapp_business_account'),
  entry: listOf(shaped({ changes: listOf(shaped({ field: someText('messages', 'messages', 'history'), value })) })),
})

const address = shaped({ first_name: hostileText, phone: hostileText, name: hostileText })
const order = shaped({
  id: fc.oneof(fc.integer(), hostileText),
  name: hostileText,
  financial_status: someText('paid', 'refunded', 'pending'),
  fulfillment_status: someText('fulfilled'),
  updated_at: someText('2025-10-01T09:00:00-03:00'),
  cancelled_at: hostileText,
  currency: someText('BRL', 'JPY', 'KWD', 'ZZZ'),
  total_price: someText('349.90', '-0.00', '0.001', '9'.repeat(40)),
  customer: address,
  billing_address: address,
  shipping_address: address,
  line_items: listOf(shaped({ product_id: anything, title: hostileText, quantity: anything, price: someText('1.10') })),
})
const refund = shaped({
  id: fc.integer(),
  order_id: hostileText,
  processed_at: hostileText,
  refund_line_items: listOf(anything),
  note: anything,
})
const shopifyWebhook = fc
  .oneof(order, refund, fc.record({ order }), fc.record({ orders: listOf(order) }), fc.record({ refund }))
  .filter((payload) => Object.keys(payload).length > 0)

for (const [provider, folder, webhook] of [
  ['whatsapp', 'whatsapp_cloud', whatsAppWebhook],
  ['shopify', 'shopify', shopifyWebhook],
] as const) {
  const decode = providers.get(provider) as Decode
  describe(`every payload of ${provider}`, () => {
    const published = publishedPayloads(folder)

    it.each(ownPayloads(provider))('$name becomes events that keep the contract, or is left out with a reason', ({ payload }) => {
      expectWhole(decode(payload, context))
    })

    for (const { name, payload } of published)
      it(`${name}, which others published, becomes events that keep the contract, or is left out with a reason`, () => {
        expectWhole(decode(payload, context))
      })

    if (published.length === 0)
      it('that others published is not beside the project: only our own are tested', () => {
        expect(ownPayloads(provider).length).toBeGreaterThan(0)
      })

    it('gives the same events when it is delivered again later, so that it counts once', () => {
      for (const { payload } of ownPayloads(provider))
        expect(decode(payload, { ...context, receivedAt: context.receivedAt + 60_000 })).toEqual(decode(payload, context))
    })

    it('gives each event an id of its own', () => {
      for (const { payload } of ownPayloads(provider)) {
        const ids = decode(payload, context).events.map(({ event }) => event.event_id)
        expect(new Set(ids).size).toBe(ids.length)
      }
    })

    it('with strange things in the right shape still keeps the contract', () => {
      fc.assert(
        fc.property(webhook, (payload) => expectWhole(decode(payload, context))),
        { numRuns: 400 },
      )
    })

    it('of any other shape is refused with a sentence, or left out', () => {
      fc.assert(
        fc.property(fc.oneof(anything, fc.jsonValue()), (payload) => {
          try {
            expectWhole(decode(payload, context))
          } catch (error) {
            expect(error).toBeInstanceOf(TributaryError)
            expect(error).toMatchObject({ code: 'contract-broken' })
          }
        }),
      )
    })

    it.each([[null], [undefined], [[]], [{}], ['text'], [7], [true]])('%j is refused', (payload) => {
      expect(() => decode(payload, context)).toThrow(TributaryError)
    })
  })
}
