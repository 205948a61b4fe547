import { createHash } from 'node:crypto'
import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import type { OutboxRow } from './outbox.ts'
import { isLimited, visibleFrom } from './plan.ts'
import { Refusal } from './refusal.ts'
import { readTenant, type Tenant } from './tenants.ts'
import { testBody, testType, wants, webhookBody, webhookTypeOf, type WebhookType } from './webhook-events.ts'
import { readWebhook, wakeWebhook } from './webhooks.ts'

/** A delivery is `queued` (it waits for its time), `sending` (taken), `delivered` or `failed` (given up, or withheld). */
export type DeliveryState = 'queued' | 'sending' | 'delivered' | 'failed'

/** Who gets events of a tenant. To one that was disabled because its endpoint failed nothing is sent, but it is written down what was not. */
export type Subscriber = { tenantId: number; webhookId: Buffer; types: WebhookType[]; isDisabled: boolean }

/** The subscriptions of these tenants for which events are queued. */
export async function findSubscribers(tx: Transaction, tenantIds: readonly number[]): Promise<Subscriber[]> {
  if (tenantIds.length === 0) return []
  const rows = await tx.select<{ tenant_id: number; webhook_id: Buffer; types: string; state: string }>(
    `SELECT webhooks.tenant_id, webhooks.webhook_id, webhooks.types, webhooks.state FROM webhooks
     WHERE webhooks.tenant_id IN (?) AND (webhooks.state = 'enabled' OR (webhooks.state = 'disabled' AND webhooks.reason = 'failing'))`,
    [tenantIds],
  )
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    webhookId: row.webhook_id,
    types: JSON.parse(row.types) as WebhookType[],
    isDisabled: row.state !== 'enabled',
  }))
}

const columns = [
  'tenant_id',
  'delivery_id',
  'webhook_id',
  'event_id',
  'lead_id',
  'sequence',
  'type',
  'payload',
  'state',
  'queued_at',
  'due_at',
  'settled_at',
  'last_error',
]

/**
 * Queues one delivery for each of `rows` and each subscriber that wants it; answers how many. The id is made of event and subscription: the same event is queued once, however often the
 * relay comes by; one that is published again is left out, since webhooks have a replay of their own. Events of leads that the tenant's plan does not show are left out (DESIGN D15). To be called in the transaction that marks the rows as published.
 */
export async function queueDeliveries(
  tx: Transaction,
  rows: readonly OutboxRow[],
  subscribers: readonly Subscriber[],
  now: Date,
): Promise<number> {
  const shown = await shownLeads(tx, subscribers)
  const queued = rows.flatMap((row) => {
    if (row.publishedAt !== null) return []
    const type = webhookTypeOf(row.kind)
    const takers = subscribers.filter(({ tenantId, types }) => tenantId === row.tenantId && wants(types, type))
    if (takers.length === 0 || !shown(row.tenantId, row.leadId)) return []
    const body = webhookBody(row)
    return takers.map(({ webhookId, isDisabled }): SqlRow => [
      row.tenantId,
      deliveryIdOf(row.id, webhookId),
      webhookId,
      row.id,
      row.leadId,
      row.sequence,
      type,
      body,
      isDisabled ? 'failed' : 'queued',
      now,
      isDisabled ? null : now,
      isDisabled ? now : null,
      isDisabled ? 'disabled' : null,
    ])
  })
  queued.sort((a, b) => (a[0] as number) - (b[0] as number) || Buffer.compare(a[1] as Buffer, b[1] as Buffer))
  if (queued.length > 0) await tx.insert('webhook_deliveries', columns, queued, 'tenant_id = VALUES(tenant_id)')
  return queued.length
}

/** Queues a test event for one subscription, whatever types it asks for; answers the delivery's id. `eventId` is a new id. Throws Refusal when the subscription is disabled. */
export async function queueTestDelivery(
  tx: Transaction,
  tenant: Pick<Tenant, 'tenantId' | 'slug'>,
  webhookId: Buffer,
  eventId: Buffer,
  now: Date,
): Promise<Buffer> {
  const { state } = await readWebhook(tx, tenant.tenantId, webhookId)
  if (state !== 'enabled') throw new Refusal('webhook-disabled', 'The webhook is disabled. Enable it first.')
  const deliveryId = deliveryIdOf(eventId, webhookId)
  const row = [
    tenant.tenantId,
    deliveryId,
    webhookId,
    eventId,
    null,
    0,
    testType,
    testBody(tenant.slug, now),
    'queued',
    now,
    now,
    null,
    null,
  ]
  await tx.insert('webhook_deliveries', columns, [row])
  await wakeWebhook(tx, tenant.tenantId, webhookId)
  return deliveryId
}

async function shownLeads(tx: Transaction, subscribers: readonly Subscriber[]): Promise<(tenantId: number, leadId: Buffer) => boolean> {
  const from = new Map<number, Buffer>()
  for (const tenantId of new Set(subscribers.map((subscriber) => subscriber.tenantId))) {
    const tenant = await readTenant(tx, tenantId)
    if (isLimited(tenant)) from.set(tenantId, await visibleFrom(tx, tenant))
  }
  return (tenantId, leadId) => {
    const first = from.get(tenantId)
    return first === undefined || Buffer.compare(leadId, first) >= 0
  }
}

/** Begins with the event's time, as the event's id does, so that rows of one time lie together. */
function deliveryIdOf(eventId: Buffer, webhookId: Buffer): Buffer {
  const id = Buffer.from(eventId)
  const mixed = createHash('sha256').update(eventId).update(webhookId).digest()
  mixed.copy(id, 6, 0, 10)
  id[6] = 0x70 | ((id[6] ?? 0) & 0x0f)
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f)
  return id
}
