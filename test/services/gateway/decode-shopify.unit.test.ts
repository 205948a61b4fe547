import { describe, expect, it } from '@jest/globals'
import type { OrderChanged } from '../../../schemas/events.ts'
import { decodeShopify } from '../../../services/gateway/decode-shopify.ts'
import { ownPayloads } from '../../support/provider-payloads.ts'

const context = { tenant: 'demo', receivedAt: Date.UTC(2026, 0, 1) }
const own = (name: string) => ownPayloads('shopify').find((payload) => payload.name === `${name}.json`)?.payload
const orderOf = (payload: unknown) => decodeShopify(payload, context).events[0]?.event as OrderChanged
const cancelled = (own('order-cancelled') as { order: Record<string, unknown> }).order

describe('an order of Shopify', () => {
  it.each([
    ['order-placed', 'PLACED'],
    ['order-paid', 'PAID'],
    ['order-fulfilled', 'FULFILLED'],
    ['order-refunded', 'REFUNDED'],
    ['order-cancelled', 'CANCELLED'],
    ['refund', 'REFUNDED'],
  ])('in %s is %s', (name, status) => {
    expect(decodeShopify(own(name), context).events).toMatchObject([
      { topic: 'order.changed', key: 'demo:9001', event: { status, order_id: '9001', source: 'shopify', tenant: 'demo' } },
    ])
  })

  it('keeps its number, time, total in minor units, customer and lines', () => {
    expect(orderOf(own('order-placed'))).toMatchObject({
      order_number: '#2001',
      occurred_at: Date.UTC(2025, 9, 1, 12),
      total_minor: 34_990,
      currency: 'BRL',
      customer: { customer_id: '77', name: 'Beatriz Lima', email: 'bea@example.com', phone: '+5511987654321' },
      items: [{ id: '501', title: 'Tênis azul', quantity: 1, price_minor: 34_990 }],
    })
  })

  it.each([
    ['order-in-yen', 5400, 1800],
    ['order-in-dinar', 12_345, 12_345],
  ])('in %s is counted in the minor units of its currency', (name, total, price) => {
    expect(orderOf(own(name))).toMatchObject({ total_minor: total, items: [{ price_minor: price }] })
  })

  it('that is a present belongs to the buyer, not to the person it is shipped to', () => {
    expect(orderOf(own('order-shipped-as-a-present')).customer).toMatchObject({ name: 'Beatriz Lima', phone: null, email: null })
  })

  it.each([
    [3, 3],
    [-0, 0],
    [-1, 1],
    [1.5, 1],
    [2 ** 31, 1],
    ['2', 1],
  ])('with the quantity %j of a line counts %d', (quantity, counted) => {
    expect(orderOf({ ...cancelled, line_items: [{ title: 'Meia', quantity }] }).items[0]?.quantity).toBe(counted)
  })

  it('without lines, as a subscription to some fields sends it, is an order all the same', () => {
    expect(orderOf(own('order-without-lines'))).toMatchObject({ order_id: '9006', status: 'PAID', total_minor: 34_990, items: [] })
  })

  it('in a list comes beside others, and what is none is left out', () => {
    const decoded = decodeShopify(own('orders-wrapped'), context)
    expect(decoded.events).toMatchObject([{ event: { order_id: '9002' } }])
    expect(decoded.ignored).toEqual([{ what: 'order', reason: 'it has no id, number or payment state' }])
  })

  it('is one cancellation, however often it is updated afterwards', () => {
    const later = { ...cancelled, updated_at: '2025-10-05T10:00:00-03:00', note: 'called back', tags: 'vip' }
    expect(orderOf(later)).toEqual(orderOf(cancelled))
    expect(orderOf(later)).toMatchObject({ reason: 'customer', occurred_at: Date.UTC(2025, 9, 1, 13) })
  })

  it('that changes twice within a second is two events, not a conflict', () => {
    expect(orderOf({ ...cancelled, email: 'other@example.com' }).event_id).not.toBe(orderOf(cancelled).event_id)
  })

  it.each(['1969-12-31T23:59:59Z', '9999-01-01T00:00:00Z', '2025-10-01', '2025-10-01T09:00:00', '7', ''])(
    'with the time %j, which is impossible or of no time zone, happened when it was received',
    (updated_at) => {
      expect(orderOf({ ...cancelled, cancelled_at: null, created_at: null, updated_at }).occurred_at).toBe(context.receivedAt)
    },
  )

  it('has the same id in its refund, however long', () => {
    const id = '9'.repeat(300)
    const ofRefund = orderOf({ id: 1, order_id: id, refund_line_items: [] })
    expect(orderOf({ ...cancelled, id }).order_id).toBe(ofRefund.order_id)
    expect(ofRefund.order_id.length).toBeLessThanOrEqual(128)
  })
})

describe('a webhook of Shopify about something else', () => {
  it.each([
    ['customer', 'customer'],
    ['customer-unwrapped', 'customer'],
    ['checkout', 'payload'],
  ])('in %s is left out with its reason', (name, what) => {
    expect(decodeShopify(own(name), context)).toEqual({ events: [], ignored: [{ what, reason: 'it is neither an order nor a refund' }] })
  })
})
