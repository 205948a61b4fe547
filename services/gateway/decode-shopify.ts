import { createHash } from 'node:crypto'
import type { OrderChanged, OrderStatus } from '../../schemas/events.ts'
import { TributaryError } from '../platform/errors.ts'
import type { Decode, Decoded } from './decoded.ts'
import { entriesIn, fittingId, listIn, objectIn, textIn, wordIn, type Json } from './json.ts'
import { minorUnits } from './minor-units.ts'
import { occurredAt } from './occurred-at.ts'

const source = 'shopify'

/**
 * Shopify's REST webhooks: orders (orders/create, paid, fulfilled, cancelled, updated; also inside {order} and {orders}) and refunds become order.changed. Whatever else Shopify sends is left out with
 * its reason. An event is identified by order, state, time of that state and content. See "Webhooks" and "Order" in Shopify's Admin REST API documentation.
 */
export const decodeShopify: Decode = (payload, { tenant, receivedAt }) => {
  const root = objectIn(payload)
  if (Object.keys(root).length === 0)
    throw new TributaryError(
      'contract-broken',
      'This is no Shopify webhook: it is no JSON object, or an empty one. Pass the body of the webhook as it came.',
    )
  const decoded: Decoded = { events: [], ignored: [] }
  const orders = Array.isArray(root['orders']) ? entriesIn(root['orders']) : [objectIn(root['order'] ?? root)]
  const refund = objectIn(root['refund'] ?? root)
  if (orders.some(isOrder)) for (const order of orders) addOrder(decoded, order, tenant, receivedAt)
  else if (isRefund(refund)) addRefund(decoded, refund, tenant, receivedAt)
  else decoded.ignored.push({ what: kindOf(root), reason: 'it is neither an order nor a refund' })
  return decoded
}

// Lines are not asked for: a webhook subscription may leave out any field that it did not select.
const isOrder = (value: Json) => textIn(value['id']) !== null && ('financial_status' in value || 'order_number' in value)
const isRefund = (value: Json) =>
  textIn(value['id']) !== null && textIn(value['order_id']) !== null && Array.isArray(value['refund_line_items'])

/** What a payload is, for the reason: the name it is wrapped in, or that in its own id (gid://shopify/Customer/1). */
function kindOf(root: Json): string {
  const [name, ...others] = Object.keys(root)
  const wrapper = others.length === 0 && name !== 'id' ? wordIn(name) : null
  return wrapper ?? /^gid:\/\/shopify\/([A-Za-z]{1,64})\//.exec(textIn(root['admin_graphql_api_id']) ?? '')?.[1]?.toLowerCase() ?? 'payload'
}

function addOrder(decoded: Decoded, order: Json, tenant: string, receivedAt: number): void {
  const id = textIn(order['id'])
  if (id === null || !isOrder(order)) {
    decoded.ignored.push({ what: 'order', reason: 'it has no id, number or payment state' })
    return
  }
  const currency = textIn(order['currency'])
  const status = statusOf(order)
  const reachedAt = timeOfState(order, status)
  const content = {
    order_id: fittingId(id),
    order_number: textIn(order['name']) ?? textIn(order['order_number']),
    status,
    total_minor: minorUnits(order['total_price'], currency),
    currency,
    customer: customerOf(order),
    reason: textIn(order['cancel_reason']),
    items: listIn(order['line_items']).map((item) => ({
      id: textIn(item['product_id']) ?? textIn(item['id']),
      title: textIn(item['title']) ?? textIn(item['name']) ?? 'untitled',
      quantity: quantityOf(item['quantity']),
      price_minor: minorUnits(item['price'], currency),
      image_url: null,
    })),
  }
  // Several webhooks tell of one change within a second, and not all with the same content; the content in the id keeps what differs from being taken for a conflict.
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
  const event: OrderChanged = {
    event_id: fittingId(`order-${id}-${reachedAt ?? 'unknown'}-${status.toLowerCase()}-${digest}`),
    tenant,
    occurred_at: timeOf(reachedAt, receivedAt),
    source,
    ...content,
  }
  decoded.events.push({ topic: 'order.changed', key: `${tenant}:${event.order_id}`, event })
}

function addRefund(decoded: Decoded, refund: Json, tenant: string, receivedAt: number): void {
  const orderId = fittingId(textIn(refund['order_id']) ?? '')
  const event: OrderChanged = {
    event_id: fittingId(`refund-${textIn(refund['id']) ?? ''}`),
    tenant,
    occurred_at: timeOf(textIn(refund['processed_at']) ?? textIn(refund['created_at']), receivedAt),
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

// A cancellation outranks the refund that goes with it.
function statusOf(order: Json): OrderStatus {
  if (textIn(order['cancelled_at']) !== null) return 'CANCELLED'
  const payment = textIn(order['financial_status'])
  if (payment === 'refunded') return 'REFUNDED'
  if (textIn(order['fulfillment_status']) === 'fulfilled') return 'FULFILLED'
  return payment === 'paid' || payment === 'partially_refunded' ? 'PAID' : 'PLACED'
}

/**
 * When the order came into its state. A cancelled order is updated on (refund, restock, notes), each time with a webhook; by the time of the cancellation these are one event, and one
 * submission for the people who answer it.
 */
function timeOfState(order: Json, status: OrderStatus): string | null {
  const changedAt = textIn(order['updated_at']) ?? textIn(order['created_at'])
  return status === 'CANCELLED' ? textIn(order['cancelled_at']) : changedAt
}

/** Who bought. Name and phone number of the shipping address come last: a present is shipped to somebody else. */
function customerOf(order: Json): OrderChanged['customer'] {
  const customer = objectIn(order['customer'])
  const buyers = [objectIn(order['billing_address']), objectIn(customer['default_address'])]
  const people = buyers.some((address) => nameOf(address) !== null) ? buyers : [...buyers, objectIn(order['shipping_address'])]
  return {
    customer_id: textIn(customer['id']),
    visitor_id: null,
    name: firstOf([customer, ...people].map(nameOf)),
    email: firstOf([order['email'], order['contact_email'], customer['email']].map(textIn)),
    phone: firstOf([order, customer, ...people].map(({ phone }) => textIn(phone))),
  }
}

const firstOf = (texts: (string | null)[]) => texts.find((text) => text !== null) ?? null

function nameOf(person: Json): string | null {
  const parts = [textIn(person['first_name']), textIn(person['last_name'])].filter((part) => part !== null)
  return textIn(parts.join(' ')) ?? textIn(person['name'])
}

// Adding zero turns the -0 that JSON allows into 0.
function quantityOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value + 0 : 1
}

/** Times are of RFC 3339; anything looser would be read in the time zone of this machine. */
function timeOf(value: string | null, receivedAt: number): number {
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value ?? '')
  return occurredAt(isWhole ? Date.parse(value ?? '') : Number.NaN, receivedAt)
}
