import { randomBytes } from 'node:crypto'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { idFromEvent } from './event-identity.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'
import { webhookTypes, type WebhookType } from './webhook-events.ts'
import { newWebhookSecret } from './webhook-signature.ts'

/** Why a subscription is disabled: a person did it, the endpoint answered 410 Gone, or nothing could be delivered for three days. */
export type DisabledReason = 'person' | 'gone' | 'failing'

/** A subscription as people see it: without its secret. Times are milliseconds since 1970. */
export type Webhook = {
  webhookId: Buffer
  url: string
  description: string
  types: WebhookType[]
  state: 'enabled' | 'disabled'
  reason: DisabledReason | null
  note: string | null
  failures: number
  failingSince: number | null
  /** Until when the secret before the last still signs too. */
  previousUntil: number | null
  createdBy: string
  createdAt: number
  changedAt: number
}

export type WebhookContent = { url: string; description: string; types: WebhookType[] }

type Row = {
  webhook_id: Buffer
  url: string
  description: string
  types: string
  state: 'enabled' | 'disabled'
  reason: DisabledReason | null
  note: string | null
  failures: number
  failing_since: number | null
  previous_until: number | null
  created_by: string
  created_at: number
  changed_at: number
}

const selected = `SELECT webhooks.webhook_id, webhooks.url, webhooks.description, webhooks.types, webhooks.state, webhooks.reason, webhooks.note, webhooks.failures,
  webhooks.failing_since, webhooks.previous_until, webhooks.created_by, webhooks.created_at, webhooks.changed_at FROM webhooks`

const mostWebhooks = 20
const longestGraceMs = 7 * 24 * 60 * 60 * 1000

/**
 * Adds a subscription; answers it with its secret, which is never shown again. The caller has checked that the address may be sent to (services/platform/http/outbound-address.ts).
 * Events that happen from now on are queued for it.
 */
export async function addWebhook(
  tx: Transaction,
  tenant: Pick<Tenant, 'tenantId' | 'slug'>,
  content: WebhookContent,
  actor: string,
  now: Date,
): Promise<{ webhook: Webhook; secret: string }> {
  const { url, description, types } = checked(content)
  await tx.select('SELECT tenants.tenant_id FROM tenants WHERE tenants.tenant_id = ? FOR UPDATE', [tenant.tenantId])
  if ((await listWebhooks(tx, tenant.tenantId)).length >= mostWebhooks)
    throw new Refusal('webhook-limit', `There are ${mostWebhooks} webhooks already. Remove one that is not needed any more.`)
  const webhookId = idFromEvent('webhook', tenant.slug, now.getTime(), randomBytes(32))
  const secret = newWebhookSecret()
  await tx.insert(
    'webhooks',
    ['tenant_id', 'webhook_id', 'url', 'description', 'types', 'secret', 'state', 'created_by', 'created_at', 'changed_at'],
    [[tenant.tenantId, webhookId, url, description, JSON.stringify(types), secret, 'enabled', actor, now, now]],
  )
  return { webhook: await readWebhook(tx, tenant.tenantId, webhookId), secret }
}

/** The subscriptions of a tenant, oldest first. */
export async function listWebhooks(tx: Transaction, tenantId: number): Promise<Webhook[]> {
  const rows = await tx.select<Row>(
    `${selected} WHERE webhooks.tenant_id = ? AND webhooks.state <> 'removed' ORDER BY webhooks.webhook_id`,
    [tenantId],
  )
  return rows.map(toWebhook)
}

/** One subscription. Throws Refusal `webhook-not-found`. */
export async function readWebhook(tx: Transaction, tenantId: number, webhookId: Buffer): Promise<Webhook> {
  const [row] = await tx.select<Row>(
    `${selected} WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ? AND webhooks.state <> 'removed'`,
    [tenantId, webhookId],
  )
  if (row === undefined) throw new Refusal('webhook-not-found', 'There is no such webhook. It may have been removed.')
  return toWebhook(row)
}

/** Changes address, description or types; answers the subscription as it is then. A new address begins without the failures of the old one. */
export async function changeWebhook(
  tx: Transaction,
  tenantId: number,
  webhookId: Buffer,
  change: Partial<WebhookContent>,
  now: Date,
): Promise<Webhook> {
  const before = await readForChange(tx, tenantId, webhookId)
  const { url, description, types } = checked({ ...before, ...change })
  await tx.execute(
    'UPDATE webhooks SET url = ?, description = ?, types = ?, changed_at = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?',
    [url, description, JSON.stringify(types), now, tenantId, webhookId],
  )
  if (url !== before.url) await forgetFailures(tx, tenantId, webhookId)
  return readWebhook(tx, tenantId, webhookId)
}

/** Gives the subscription a new secret and answers it, once. The old one signs too for `graceMs`, at most a week, so that the receiver can change over without losing one event. */
export async function rotateSecret(tx: Transaction, tenantId: number, webhookId: Buffer, graceMs: number, now: Date): Promise<string> {
  await readForChange(tx, tenantId, webhookId)
  const secret = newWebhookSecret()
  await tx.execute(
    // Assignments are made from left to right: the old secret is kept before it is replaced.
    'UPDATE webhooks SET previous_secret = secret, previous_until = ?, secret = ?, changed_at = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?',
    [new Date(now.getTime() + Math.min(graceMs, longestGraceMs)), secret, now, tenantId, webhookId],
  )
  return secret
}

/** Enables a subscription again, whatever disabled it. What failed meanwhile is sent again by a replay. */
export async function enableWebhook(tx: Transaction, tenantId: number, webhookId: Buffer, actor: string, now: Date): Promise<Webhook> {
  await readForChange(tx, tenantId, webhookId)
  await tx.execute(
    "UPDATE webhooks SET state = 'enabled', reason = NULL, note = ?, notice_due_at = NULL, changed_at = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?",
    [`Enabled by ${actor}.`, now, tenantId, webhookId],
  )
  await forgetFailures(tx, tenantId, webhookId)
  return readWebhook(tx, tenantId, webhookId)
}

/** Disables a subscription: nothing more is queued for it, and what waits is given up. */
export async function disableWebhook(tx: Transaction, tenantId: number, webhookId: Buffer, actor: string, now: Date): Promise<Webhook> {
  await readForChange(tx, tenantId, webhookId)
  await tx.execute(
    "UPDATE webhooks SET state = 'disabled', reason = 'person', note = ?, changed_at = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?",
    [`Disabled by ${actor}.`, now, tenantId, webhookId],
  )
  return readWebhook(tx, tenantId, webhookId)
}

/** Removes a subscription for people at once; its secrets go with it, its deliveries soon after (`sweepWebhooks`). */
export async function removeWebhook(tx: Transaction, tenantId: number, webhookId: Buffer, now: Date): Promise<void> {
  await readForChange(tx, tenantId, webhookId)
  await tx.execute(
    "UPDATE webhooks SET state = 'removed', secret = '', previous_secret = NULL, notice_due_at = NULL, changed_at = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?",
    [now, tenantId, webhookId],
  )
}

/** Ends the rest of a subscription whose endpoint failed: somebody asks whether it works again. */
export async function wakeWebhook(tx: Transaction, tenantId: number, webhookId: Buffer): Promise<void> {
  await tx.execute('UPDATE webhooks SET hold_until = NULL WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?', [tenantId, webhookId])
}

async function readForChange(tx: Transaction, tenantId: number, webhookId: Buffer): Promise<Webhook> {
  await tx.select('SELECT webhooks.webhook_id FROM webhooks WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ? FOR UPDATE', [
    tenantId,
    webhookId,
  ])
  return readWebhook(tx, tenantId, webhookId)
}

async function forgetFailures(tx: Transaction, tenantId: number, webhookId: Buffer): Promise<void> {
  await tx.execute(
    'UPDATE webhooks SET failures = 0, failing_since = NULL, hold_until = NULL WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?',
    [tenantId, webhookId],
  )
}

function checked({ url, description, types }: WebhookContent): WebhookContent {
  if (description.length > 200) throw new Refusal('webhook-invalid', 'The description is longer than 200 characters.')
  const distinct = [...new Set(types)]
  if (distinct.length === 0) throw new Refusal('webhook-invalid', 'Choose at least one type of event, or * for all.')
  const unknown = distinct.filter((type) => type !== '*' && !webhookTypes.includes(type))
  if (unknown.length > 0)
    throw new Refusal('webhook-invalid', `These are no types of events: ${unknown.join(', ')}. There are ${webhookTypes.join(', ')} and *.`)
  return { url, description, types: distinct }
}

const toWebhook = (row: Row): Webhook => ({
  webhookId: row.webhook_id,
  url: row.url,
  description: row.description,
  types: JSON.parse(row.types) as WebhookType[],
  state: row.state,
  reason: row.reason,
  note: row.note,
  failures: row.failures,
  failingSince: row.failing_since,
  previousUntil: row.previous_until,
  createdBy: row.created_by,
  createdAt: row.created_at,
  changedAt: row.changed_at,
})
