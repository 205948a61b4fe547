import { createHash } from 'node:crypto'
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
  'version',
  'occurred_at',
]
// `version` is compared by every assignment, so it is assigned last: MariaDB assigns from left to right.
const newest = (column: string) => `${column} = IF(VALUES(version) > version, VALUES(${column}), ${column})`
const newestWins = ['order_number', 'status', 'total_minor', 'currency', 'content', 'occurred_at', 'version'].map(newest).join(', ')

/** Keeps each order as its latest event left it, whatever the order of arrival, and the keys by which it is found when its customer appears later. */
export async function recordOrders(tx: Transaction, fresh: readonly FreshEvent<OrderChanged>[]): Promise<void> {
  // Only the newest event of an order is written: TiDB takes the values of a statement all at once.
  const latest = new Map<string, SqlRow>()
  const keys = new Map<string, SqlRow>()
  for (const item of fresh) {
    const row = orderRow(item)
    const name = `${row[0]}:${(row[1] as Buffer).toString('latin1')}`
    const other = latest.get(name)
    if (other === undefined || (row[8] as string) > (other[8] as string)) latest.set(name, row)
    for (const key of orderKeys(item))
      keys.set(`${item.tenant.tenantId}:${key.hash.toString('latin1')}:${name}`, [item.tenant.tenantId, key.hash, row[1] as Buffer])
  }
  await tx.insert('orders', columns, sortRows([...latest.values()]), newestWins)
  await tx.insert('order_keys', ['tenant_id', 'key_hash', 'order_hash'], sortRows([...keys.values()]), 'tenant_id = VALUES(tenant_id)')
}

function orderRow({ event, tenant, eventHash }: FreshEvent<OrderChanged>): SqlRow {
  const { event_id: _eventId, tenant: _tenant, source: _source, occurred_at, ...content } = event
  // Fixed width, so that text order is time order; the hash settles two events of one millisecond.
  const version = `${String(occurred_at).padStart(15, '0')}:${eventHash.toString('hex')}`
  return [
    tenant.tenantId,
    createHash('sha256').update(event.order_id).digest(),
    event.order_id,
    event.order_number?.slice(0, 200) ?? null,
    event.status.toLowerCase(),
    event.total_minor,
    event.currency?.slice(0, 16) ?? null,
    JSON.stringify(content),
    version,
    new Date(occurred_at),
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
