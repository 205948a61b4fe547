import type { SqlValue, Transaction } from '../platform/mysql/transaction.ts'
import { visibleFrom } from './plan.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'
import type { DeliveryState } from './webhook-deliveries.ts'
import { readWebhook, wakeWebhook } from './webhooks.ts'

/** A row of the delivery log. Times are milliseconds since 1970. */
export type Delivery = {
  deliveryId: Buffer
  eventId: Buffer
  leadId: Buffer | null
  sequence: number
  type: string
  state: DeliveryState
  attempts: number
  queuedAt: number
  /** When the next try is due; null when there is none. */
  dueAt: number | null
  settledAt: number | null
  lastStatus: number | null
  lastError: string | null
  lastMs: number | null
}

export type Attempt = {
  attempt: number
  triedAt: number
  status: number | null
  error: string | null
  responseMs: number | null
  response: string | null
}

/** What of the log is asked for. `from` counts, `to` does not. */
export type DeliveryFilter = { state?: DeliveryState; type?: string; leadId?: Buffer; from?: Date; to?: Date }
export type DeliveryPosition = { queuedAt: number; deliveryId: Buffer }

type Row = {
  delivery_id: Buffer
  event_id: Buffer
  lead_id: Buffer | null
  sequence: number
  type: string
  state: DeliveryState
  attempts: number
  queued_at: number
  due_at: number | null
  settled_at: number | null
  last_status: number | null
  last_error: string | null
  last_ms: number | null
}

const columns = `webhook_deliveries.delivery_id, webhook_deliveries.event_id, webhook_deliveries.lead_id, webhook_deliveries.sequence, webhook_deliveries.type,
  webhook_deliveries.state, webhook_deliveries.attempts, webhook_deliveries.queued_at, webhook_deliveries.due_at, webhook_deliveries.settled_at,
  webhook_deliveries.last_status, webhook_deliveries.last_error, webhook_deliveries.last_ms`

type Scope = Pick<Tenant, 'tenantId' | 'plan'>

/**
 * A page of the delivery log of one subscription, newest first, behind `after`. Deliveries of leads that the tenant's plan does not show are not in it (DESIGN D15).
 * Throws Refusal `webhook-not-found`.
 */
export async function listDeliveries(
  tx: Transaction,
  tenant: Scope,
  webhookId: Buffer,
  filter: DeliveryFilter,
  after: DeliveryPosition | undefined,
  limit: number,
): Promise<Delivery[]> {
  await readWebhook(tx, tenant.tenantId, webhookId)
  const { sql, values } = await conditionsOf(tx, tenant, webhookId, filter)
  const behind =
    after === undefined
      ? ''
      : 'AND (webhook_deliveries.queued_at < ? OR (webhook_deliveries.queued_at = ? AND webhook_deliveries.delivery_id < ?))'
  const position = after === undefined ? [] : [new Date(after.queuedAt), new Date(after.queuedAt), after.deliveryId]
  const rows = await tx.select<Row>(
    `SELECT ${columns} FROM webhook_deliveries WHERE ${sql} ${behind} ORDER BY webhook_deliveries.queued_at DESC, webhook_deliveries.delivery_id DESC LIMIT ${limit}`,
    [...values, ...position],
  )
  return rows.map(toDelivery)
}

/** One delivery with the body that is sent and all its tries. Throws Refusal `delivery-not-found`, also when the plan does not show its lead. */
export async function readDelivery(
  tx: Transaction,
  tenant: Scope,
  webhookId: Buffer,
  deliveryId: Buffer,
): Promise<Delivery & { payload: string; tries: Attempt[] }> {
  await readWebhook(tx, tenant.tenantId, webhookId)
  const { sql, values } = await conditionsOf(tx, tenant, webhookId, {})
  const [row] = await tx.select<Row & { payload: string }>(
    `SELECT ${columns}, webhook_deliveries.payload FROM webhook_deliveries WHERE ${sql} AND webhook_deliveries.delivery_id = ?`,
    [...values, deliveryId],
  )
  if (row === undefined) throw new Refusal('delivery-not-found', 'There is no such delivery. Deliveries are kept for 30 days.')
  const tries = await tx.select<{
    attempt: number
    tried_at: number
    status: number | null
    error: string | null
    response_ms: number | null
    response: string | null
  }>(
    `SELECT webhook_attempts.attempt, webhook_attempts.tried_at, webhook_attempts.status, webhook_attempts.error, webhook_attempts.response_ms, webhook_attempts.response
     FROM webhook_attempts WHERE webhook_attempts.tenant_id = ? AND webhook_attempts.delivery_id = ? ORDER BY webhook_attempts.attempt`,
    [tenant.tenantId, deliveryId],
  )
  return {
    ...toDelivery(row),
    payload: row.payload,
    tries: tries.map(({ attempt, tried_at, status, error, response_ms, response }) => ({
      attempt,
      triedAt: tried_at,
      status,
      error,
      responseMs: response_ms,
      response,
    })),
  }
}

const mostReplayed = 5_000

/**
 * Sends a delivery again, from its first try on, with the webhook-id that it always had; one that waits for its next try is sent now.
 * Throws Refusal when it is being sent at this moment, does not exist, or its subscription is disabled.
 */
export async function replayDelivery(tx: Transaction, tenant: Scope, webhookId: Buffer, deliveryId: Buffer, now: Date): Promise<void> {
  await wakeEnabled(tx, tenant, webhookId)
  const { state } = await readDelivery(tx, tenant, webhookId, deliveryId)
  if (state === 'sending') throw new Refusal('delivery-sending', 'The delivery is being sent at this moment. Look at it again in a minute.')
  await tx.execute(
    `UPDATE webhook_deliveries SET ${anew} WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.delivery_id = ? AND webhook_deliveries.state <> 'sending'`,
    [now, tenant.tenantId, deliveryId],
  )
}

export type ReplayRange = { failed: boolean; from?: Date; to?: Date }

/**
 * Sends all failed deliveries of a time range again, or all of it, delivered ones included; oldest first, at most 5000. Answers how many, and behind which one to go on when there may be more.
 * Throws Refusal when the subscription does not exist or is disabled.
 */
export async function replayDeliveries(
  tx: Transaction,
  tenant: Scope,
  webhookId: Buffer,
  { failed, ...range }: ReplayRange,
  after: DeliveryPosition | undefined,
  now: Date,
): Promise<{ queued: number; next: DeliveryPosition | null }> {
  await wakeEnabled(tx, tenant, webhookId)
  const { sql, values } = await conditionsOf(tx, tenant, webhookId, range)
  const behind =
    after === undefined
      ? ''
      : 'AND (webhook_deliveries.queued_at > ? OR (webhook_deliveries.queued_at = ? AND webhook_deliveries.delivery_id > ?))'
  const position = after === undefined ? [] : [new Date(after.queuedAt), new Date(after.queuedAt), after.deliveryId]
  const states = failed ? ['failed'] : ['failed', 'delivered']
  const rows = await tx.select<{ delivery_id: Buffer; queued_at: number }>(
    `SELECT webhook_deliveries.delivery_id, webhook_deliveries.queued_at FROM webhook_deliveries WHERE ${sql} AND webhook_deliveries.state IN (?) ${behind}
     ORDER BY webhook_deliveries.queued_at, webhook_deliveries.delivery_id LIMIT ${mostReplayed}`,
    [...values, states, ...position],
  )
  const ids = rows.map(({ delivery_id }) => delivery_id).toSorted((a, b) => Buffer.compare(a, b))
  for (let start = 0; start < ids.length; start += 500)
    await tx.execute(
      `UPDATE webhook_deliveries SET ${anew} WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.delivery_id IN (?) AND webhook_deliveries.state IN (?)`,
      [now, tenant.tenantId, ids.slice(start, start + 500), states],
    )
  const last = rows.length === mostReplayed ? rows.at(-1) : undefined
  return { queued: rows.length, next: last === undefined ? null : { queuedAt: last.queued_at, deliveryId: last.delivery_id } }
}

const anew = "state = 'queued', due_at = ?, settled_at = NULL, claim = NULL, tries = 0"

async function wakeEnabled(tx: Transaction, tenant: Scope, webhookId: Buffer): Promise<void> {
  const { state } = await readWebhook(tx, tenant.tenantId, webhookId)
  if (state !== 'enabled') throw new Refusal('webhook-disabled', 'The webhook is disabled. Enable it first.')
  await wakeWebhook(tx, tenant.tenantId, webhookId)
}

async function conditionsOf(tx: Transaction, tenant: Scope, webhookId: Buffer, { state, type, leadId, from, to }: DeliveryFilter) {
  const shownFrom = await visibleFrom(tx, tenant)
  const conditions: [string, SqlValue | undefined][] = [
    ['webhook_deliveries.tenant_id = ?', tenant.tenantId],
    ['webhook_deliveries.webhook_id = ?', webhookId],
    ['(webhook_deliveries.lead_id IS NULL OR webhook_deliveries.lead_id >= ?)', shownFrom],
    ['webhook_deliveries.state = ?', state],
    ['webhook_deliveries.type = ?', type],
    ['webhook_deliveries.lead_id = ?', leadId],
    ['webhook_deliveries.queued_at >= ?', from],
    ['webhook_deliveries.queued_at < ?', to],
  ]
  const asked = conditions.filter((condition): condition is [string, SqlValue] => condition[1] !== undefined)
  return { sql: asked.map(([text]) => text).join(' AND '), values: asked.map(([, value]) => value) }
}

const toDelivery = (row: Row): Delivery => ({
  deliveryId: row.delivery_id,
  eventId: row.event_id,
  leadId: row.lead_id,
  sequence: row.sequence,
  type: row.type,
  state: row.state,
  attempts: row.attempts,
  queuedAt: row.queued_at,
  dueAt: row.due_at,
  settledAt: row.settled_at,
  lastStatus: row.last_status,
  lastError: row.last_error,
  lastMs: row.last_ms,
})
