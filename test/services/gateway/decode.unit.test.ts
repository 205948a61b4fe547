import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { checkDelivery, checkEnvelope, checkOrder, checkReply } from '../../../services/leads/contract.ts'
import { decodeShopify } from '../../../services/gateway/decode-shopify.ts'
import { decodeWhatsApp } from '../../../services/gateway/decode-whatsapp.ts'
import type { DecodedEvent } from '../../../services/gateway/decoded.ts'
import { minorUnits } from '../../../services/gateway/minor-units.ts'
import { TributaryError } from '../../../services/platform/errors.ts'
import { eventType } from '../../../services/platform/kafka/event-type.ts'
import { ownPayloads, publishedPayloads } from '../../support/provider-payloads.ts'

const context = { tenant: 'demo', receivedAt: Date.UTC(2026, 0, 1) }
const own = (provider: string, name: string) => ownPayloads(provider).find((payload) => payload.name === `${name}.json`)?.payload

function contractProblem({ topic, event }: DecodedEvent): string | undefined {
  const envelope = checkEnvelope(event, context.receivedAt)
  if (envelope !== undefined) return envelope
  if (topic === 'broadcast.reply-received') return checkReply(event)
  if (topic === 'broadcast.delivery-reported') return checkDelivery(event)
  return topic === 'order.changed' ? checkOrder(event) : undefined
}

for (const [provider, folder, decode] of [
  ['whatsapp', 'whatsapp_cloud', decodeWhatsApp],
  ['shopify', 'shopify', decodeShopify],
] as const) {
  describe(`every payload of ${provider}`, () => {
    const payloads = [...ownPayloads(provider), ...publishedPayloads(folder)]

    it.each(payloads)('$name becomes events that keep the contract, or is left out with a reason', ({ payload }) => {
      const { events, ignored } = decode(payload, context)
      expect(events.length + ignored.length).toBeGreaterThan(0)
      for (const decoded of events) {
        expect(eventType(decoded.topic).avro.isValid(decoded.event)).toBe(true)
        expect(contractProblem(decoded)).toBeUndefined()
      }
      for (const { what, reason } of ignored) expect([what, reason]).not.toContain('')
    })

    it.each(payloads)('$name decoded twice gives the same events, so that it counts once', ({ payload }) => {
      expect(decode(payload, context)).toEqual(decode(payload, context))
    })

    it('of any other shape is refused with a sentence, or left out', () => {
      fc.assert(
        fc.property(fc.jsonValue(), (payload) => {
          try {
            const { events, ignored } = decode(payload, context)
            expect(events.length + ignored.length).toBeGreaterThan(0)
          } catch (error) {
            expect(error).toBeInstanceOf(TributaryError)
          }
        }),
      )
    })
  })
}

describe('WhatsApp', () => {
  it('with strange things inside the right shape throws nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (message, status) => {
        const payload = {
          object: 'whatsapp_business_account',
          entry: [
            {
              changes: [
                {
                  field: 'messages',
                  value: { messages: [message, { id: 'a', from: '1', type: 'text', text: message }], statuses: [status], contacts: status },
                },
              ],
            },
          ],
        }
        expect(() => decodeWhatsApp(payload, context)).not.toThrow()
      }),
    )
  })

  it('text is a reply to the message that it answers, from a person with phone, id and name', () => {
    const [decoded] = decodeWhatsApp(own('whatsapp', 'text'), context).events
    expect(decoded?.topic).toBe('broadcast.reply-received')
    expect(decoded?.event).toMatchObject({
      event_id: 'wamid.TRIB.text1',
      in_reply_to: 'wamid.TRIB.out1',
      text: 'Oi! Ainda tem esse tênis no 42? 👟',
      occurred_at: 1_759_312_800_000,
      recipient: { channel: 'whatsapp', channel_user_id: '5511987654321', phone: '+5511987654321', name: 'Beatriz Lima' },
    })
  })

  it('statuses of one message are different events', () => {
    const ids = decodeWhatsApp(own('whatsapp', 'statuses'), context).events.map(({ event }) => event.event_id)
    expect(new Set(ids).size).toBe(3)
  })

  it('failure carries the provider’s code and title', () => {
    const [decoded] = decodeWhatsApp(own('whatsapp', 'failed'), context).events
    expect(decoded?.event).toMatchObject({ status: 'FAILED', error: { code: '131026', title: 'Message undeliverable' } })
  })

  it('answers of a form are text, without its token', () => {
    const [decoded] = decodeWhatsApp(own('whatsapp', 'flow'), context).events
    expect(decoded?.event).toMatchObject({ text: '[form] size: 42, colour: azul' })
  })

  it('reaction is left out', () => {
    expect(decodeWhatsApp(own('whatsapp', 'reaction'), context).events).toEqual([])
  })

  it('person without a phone number is known by the business-scoped id', () => {
    const payload = {
      object: 'whatsapp_business_account',
      entry: [
        {
          changes: [
            {
              field: 'messages',
              value: {
                contacts: [{ user_id: 'US.1', profile: { name: 'Kim' } }],
                messages: [{ from_user_id: 'US.1', id: 'wamid.1', type: 'text', text: { body: 'hi' } }],
              },
            },
          ],
        },
      ],
    }
    expect(decodeWhatsApp(payload, context).events[0]?.event).toMatchObject({
      recipient: { channel_user_id: 'US.1', phone: null, name: 'Kim' },
      occurred_at: context.receivedAt,
    })
  })
})

describe('Shopify', () => {
  it.each([
    ['order-placed', 'PLACED'],
    ['order-paid', 'PAID'],
    ['order-cancelled', 'CANCELLED'],
    ['refund', 'REFUNDED'],
  ])('%s is %s', (name, status) => {
    expect(decodeShopify(own('shopify', name), context).events[0]?.event).toMatchObject({ status, order_id: '9001' })
  })

  it('order keeps its number, total in minor units and customer', () => {
    expect(decodeShopify(own('shopify', 'order-placed'), context).events[0]?.event).toMatchObject({
      order_number: '#2001',
      total_minor: 34_990,
      currency: 'BRL',
      customer: { name: 'Beatriz Lima', email: 'bea@example.com', phone: '+5511987654321' },
    })
  })
})

describe('a price', () => {
  it.each([
    ['5400', 'JPY', 5400],
    ['10.5', 'USD', 1050],
    ['1.234', 'KWD', 1234],
    ['-3.10', 'EUR', -310],
    ['0.29', 'USD', 29],
    ['1e3', 'USD', null],
    ['10', null, null],
    ['99999999999999999999', 'USD', null],
  ])('%s %s is %s minor units', (price, currency, minor) => {
    expect(minorUnits(price, currency)).toBe(minor)
  })
})
