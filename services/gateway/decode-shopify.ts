import type { OrderChanged, OrderStatus } from '../../schemas/events.ts'
import { TributaryError } from '../platform/errors.ts'
import type { Decode, Decoded } from './decoded.ts'
import { fittingId, listIn, objectIn, textIn, type Json } from './json.ts'
import { minorUnits } from './minor-units.ts'

const source = 'shopify'

/**
 * Shopify's REST webhooks: orders (orders/create, paid, fulfilled, cancelled, updated; also inside {order} and {orders}) and refunds become order.changed. Whatever else Shopify sends is left out with
 * its reason. An event is identified by order, time of change and state. See "Webhooks" and "Order" in Shopify's Admin REST API documentation.
 */
export const decodeShopify: Decode = (payload, { tenant, receivedAt }) => {
  const root = objectIn(payload)
  if (Object.keys(root).length === 0)
    throw new TributaryError(
      'contract-broken',
      'This is no Shopify webhook: it is no JSON object, or an empty one. Pass the body of the webhook as it came.',
    )
  const decoded: Decoded = { events: [], ignored: [] }
  const orders = Array.isArray(root['orders']) ? listIn(root['orders']) : [objectIn(root['order'] ?? root)]
  const refund = objectIn(root['refund'] ?? root)
  if (orders.some(isOrder)) for (const order of orders) addOrder(decoded, order, tenant, receivedAt)
  else if (isRefund(refund)) addRefund(decoded, refund, tenant, receivedAt)
  else
    decoded.ignored.push({
      what: Object.keys(root).length === 1 ? (Object.keys(root)[0] ?? 'payload') : 'payload',
      reason: 'it is neither an order nor a refund',
    })
  return decoded
}

const isOrder = (value: Json) =>
  textIn(value['id']) !== null && Array.isArray(value['line_items']) && ('financial_status' in value || 'order_number' in value)
const isRefund = (value: Json) =>
  textIn(value['id']) !== null && textIn(value['order_id']) !== null && Array.isArray(value['refund_line_items'])

function addOrder(decoded: Decoded, order: Json, tenant: string, receivedAt: number): void {
  const id = textIn(order['id'])
  if (id === null || !isOrder(order)) {
    decoded.ignored.push({ what: 'order', reason: 'it has no id, price or payment state' })
    return
  }
  const customer = objectIn(order['customer'])
  const address = objectIn(order['shipping_address'] ?? order['billing_address'] ?? customer['default_address'])
  const currency = textIn(order['currency'])
  const status = statusOf(order)
  const changedAt = textIn(order['updated_at']) ?? textIn(order['created_at'])
  const event: OrderChanged = {
    event_id: fittingId(`order-${id}-${changedAt ?? 'unknown'}-${status.toLowerCase()}`),
    tenant,
    occurred_at: timeOf(changedAt, receivedAt),
    source,
    order_id: id,
    order_number: textIn(order['name']) ?? textIn(order['order_number']),
    status,
    total_minor: minorUnits(order['total_price'], currency),
    currency,
    customer: {
      customer_id: textIn(customer['id']),
      visitor_id: null,
      name: nameOf(customer) ?? nameOf(address),
      email: textIn(order['email']) ?? textIn(order['contact_email']) ?? textIn(customer['email']),
      phone: textIn(order['phone']) ?? textIn(customer['phone']) ?? textIn(address['phone']),
    },
    reason: textIn(order['cancel_reason']),
    items: listIn(order['line_items']).map((item) => ({
      id: textIn(item['product_id']) ?? textIn(item['id']),
      title: textIn(item['title']) ?? textIn(item['name']) ?? 'untitled',
      quantity: quantityOf(item['quantity']),
      price_minor: minorUnits(item['price'], currency),
      image_url: null,
    })),
  }
  decoded.events.push({ topic: 'order.changed', key: `${tenant}:${id}`, event })
}

function addRefund(decoded: Decoded, refund: Json, tenant: string, receivedAt: number): void {
  const orderId = textIn(refund['order_id']) ?? ''
  const event: OrderChanged = {
    event_id: fittingId(`refund-${textIn(refund['id']) ?? ''}`),
    tenant,
    occurred_at: timeOf(refund['processed_at'] ?? refund['created_at'], receivedAt),
    source,
    order_id: orderId,
    order_number: null,
    status: 'REFUNDED',
    total_minor: null,
    currency: null,
    customer: { customer_id: null, visitor_id: null, name: null, email: null, phone: null },
    reason: textIn(refund['note']),
    items: [],
  }
  decoded.events.push({ topic: 'order.changed', key: `${tenant}:${orderId}`, event })
}

// The furthest state wins: a cancelled order stays cancelled though its payment was refunded on the way.
function statusOf(order: Json): OrderStatus {
  if (textIn(order['cancelled_at']) !== null) return 'CANCELLED'
  const payment = textIn(order['financial_status'])
  if (payment === 'refunded') return 'REFUNDED'
  if (textIn(order['fulfillment_status']) === 'fulfilled') return 'FULFILLED'
  return payment === 'paid' || payment === 'partially_refunded' ? 'PAID' : 'PLACED'
}

function nameOf(person: Json): string | null {
  return (
    textIn([textIn(person['first_name']), textIn(person['last_name'])].filter((part) => part !== null).join(' ')) ?? textIn(person['name'])
  )
}

function quantityOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : 1
}

function timeOf(value: unknown, receivedAt: number): number {
  const time = Date.parse(textIn(value) ?? '')
  return Number.isNaN(time) ? receivedAt : time
}
