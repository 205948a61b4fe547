import { hash } from 'node:crypto'
import type { OrderChanged } from '../../schemas/events.ts'
import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import type { FreshEvent } from './claim-events.ts'
import { contactKeysOf } from './contact-keys.ts'

const columns = [
  'tenant_id',
  'order_hash',
  'order_id',
  'order_number',
  'status',
  'total_minor',
  'currency',
  'content',
  'occurred_at',
  'version',
  'details_version',
]

// Two registers in which the newest event wins: the state, and the details, which a refund does not carry. A version is compared by the assignments of its register, so it is assigned
// last: MySQL and MariaDB assign from left to right.
const newest = (version: string) => (column: string) => `${column} = IF(VALUES(${version}) > ${version}, VALUES(${column}), ${column})`
const newestWins = [
  ...['status', 'occurred_at', 'version'].map(newest('version')),
  ...['order_number', 'total_minor', 'currency', 'content', 'details_version'].map(newest('details_version')),
].join(', ')

/** Keeps each order as its latest events left it, whatever the order of arrival, and the keys by which it is found when its customer appears later. */
export async function recordOrders(tx: Transaction, fresh: readonly FreshEvent<OrderChanged>[]): Promise<void> {
  const rows: SqlRow[] = []
  const keys = new Map<string, SqlRow>()
  for (const item of fresh) {
    const orderHash = hash('sha256', item.event.order_id, 'buffer')
    rows.push(orderRow(item, orderHash))
    for (const key of orderKeys(item)) {
      keys.set(`${item.tenant.tenantId}:${key.hash.toString('latin1')}:${orderHash.toString('latin1')}`, [
        item.tenant.tenantId,
        key.hash,
        orderHash,
      ])
    }
  }
  await tx.insert('orders', columns, sortRows(rows), newestWins)
  await tx.insert('order_keys', ['tenant_id', 'key_hash', 'order_hash'], sortRows([...keys.values()]), 'tenant_id = VALUES(tenant_id)')
}

function orderRow({ event, tenant, eventHash }: FreshEvent<OrderChanged>, orderHash: Buffer): SqlRow {
  const { event_id: _eventId, tenant: _tenant, source: _source, occurred_at, ...content } = event
  // Fixed width, so that text order is time order; the hash settles two events of one millisecond.
  const version = `${String(occurred_at).padStart(15, '0')}:${eventHash.toString('hex')}`
  const hasDetails = event.order_number !== null || event.total_minor !== null || event.items.length > 0
  return [
    tenant.tenantId,
    orderHash,
    event.order_id,
    event.order_number?.slice(0, 200) ?? null,
    event.status.toLowerCase(),
    event.total_minor,
    event.currency?.slice(0, 16) ?? null,
    JSON.stringify(content),
    new Date(occurred_at),
    version,
    hasDetails ? version : '',
  ]
}

function orderKeys({ event, tenant }: FreshEvent<OrderChanged>) {
  const { visitor_id, phone, email } = event.customer
  return contactKeysOf({ visitorId: visitor_id, phone, email, orderNumber: event.order_number }, tenant.region)
}

const sortRows = (rows: SqlRow[]) =>
  rows.sort(
    (a, b) =>
      (a[0] as number) - (b[0] as number) ||
      Buffer.compare(a[1] as Buffer, b[1] as Buffer) ||
      (Buffer.isBuffer(a[2]) ? Buffer.compare(a[2], b[2] as Buffer) : 0),
  )
