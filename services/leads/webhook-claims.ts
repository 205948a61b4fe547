import type { Transaction } from '../platform/mysql/transaction.ts'
import { visibleFrom } from './plan.ts'
import { readTenant } from './tenants.ts'

/** A delivery that a sender has taken, with all that it needs to send it. `attempts` counts all tries, `tries` those since it was last queued. */
export type TakenDelivery = {
  tenantId: number
  deliveryId: Buffer
  webhookId: Buffer
  eventId: Buffer
  leadId: Buffer | null
  sequence: number
  payload: string
  attempts: number
  tries: number
  queuedAt: number
  url: string
  secrets: string[]
}

export type WebhookKey = { tenantId: number; webhookId: Buffer }

const earliest = (state: string) => `(SELECT webhook_deliveries.due_at FROM webhook_deliveries
  WHERE webhook_deliveries.tenant_id = webhooks.tenant_id AND webhook_deliveries.webhook_id = webhooks.webhook_id AND webhook_deliveries.state = '${state}'
  ORDER BY webhook_deliveries.due_at LIMIT 1)`

/** A subscription with something due. One whose last try failed gets one at a time. */
export type DueWebhook = WebhookKey & { isFailing: boolean }

/** The enabled subscriptions, of all tenants, for which something is due and that are not at rest, longest waiting first. One look into an index for each subscription. */
export async function findDueWebhooks(tx: Transaction, now: Date): Promise<DueWebhook[]> {
  const rows = await tx.select<{ tenant_id: number; webhook_id: Buffer; failures: number; queued: number | null; sending: number | null }>(
    `SELECT webhooks.tenant_id, webhooks.webhook_id, webhooks.failures, ${earliest('queued')} AS queued, ${earliest('sending')} AS sending
     FROM webhooks WHERE webhooks.state = 'enabled' AND (webhooks.hold_until IS NULL OR webhooks.hold_until <= ?)`,
    [now],
  )
  return rows
    .map((row) => ({
      tenantId: row.tenant_id,
      webhookId: row.webhook_id,
      isFailing: row.failures > 0,
      dueAt: Math.min(row.queued ?? Infinity, row.sending ?? Infinity),
    }))
    .filter(({ dueAt }) => dueAt <= now.getTime())
    .toSorted((a, b) => a.dueAt - b.dueAt)
}

type Subscription = {
  url: string
  secret: string
  previous_secret: string | null
  previous_until: number | null
  failures: number
  hold_until: number | null
}
type Candidate = { delivery_id: Buffer; lead_id: Buffer | null; sequence: number }
type Head = Candidate & { state: string; due_at: number | null }

const mine = 'webhook_deliveries.tenant_id = ? AND webhook_deliveries.webhook_id = ?'
const candidatesPerPlace = 10

/**
 * Takes what is due for one subscription, at most as much as leaves `atOnce` in flight over all senders, and one while its tries fail. Nobody else gets a taken one until `claimMs` from now; one whose
 * taker died comes up again then. Of a lead nothing is taken while an earlier event of it is in flight or waits for its next try: the order of a lead is kept.
 * The row of the subscription is locked meanwhile, so that two senders do not count the same places.
 */
export async function takeDeliveries(
  tx: Transaction,
  { tenantId, webhookId }: WebhookKey,
  claim: Buffer,
  atOnce: number,
  claimMs: number,
  now: Date,
): Promise<TakenDelivery[]> {
  const [subscription] = await tx.select<Subscription>(
    `SELECT webhooks.url, webhooks.secret, webhooks.previous_secret, webhooks.previous_until, webhooks.failures, webhooks.hold_until FROM webhooks
     WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ? AND webhooks.state = 'enabled' FOR UPDATE`,
    [tenantId, webhookId],
  )
  if (subscription === undefined || (subscription.hold_until ?? 0) > now.getTime()) return []
  const [flying] = await tx.select<{ flying: number }>(
    `SELECT COUNT(*) AS flying FROM webhook_deliveries WHERE ${mine} AND webhook_deliveries.state = 'sending' AND webhook_deliveries.due_at > ?`,
    [tenantId, webhookId, now],
  )
  const places = (subscription.failures > 0 ? 1 : atOnce) - Number(flying?.flying ?? 0)
  if (places <= 0) return []
  const candidates = await withholdHidden(
    tx,
    tenantId,
    await findCandidates(tx, tenantId, webhookId, places * candidatesPerPlace, now),
    now,
  )
  const heads = await findHeads(tx, tenantId, webhookId, candidates)
  await postponeBlocked(tx, tenantId, webhookId, [...heads.values()], now)
  const chosen = candidates.filter(({ lead_id, sequence }) => lead_id === null || heads.get(lead_id.toString('hex'))?.sequence === sequence)
  return claimRows(tx, { tenantId, webhookId }, chosen.slice(0, places), subscription, claim, claimMs, now)
}

/** Those whose taker died, then those that are due, longest first. Each part is read in the order of the index, as far as it is needed. */
async function findCandidates(tx: Transaction, tenantId: number, webhookId: Buffer, limit: number, now: Date): Promise<Candidate[]> {
  const due = (state: string) =>
    tx.select<Candidate>(
      `SELECT webhook_deliveries.delivery_id, webhook_deliveries.lead_id, webhook_deliveries.sequence FROM webhook_deliveries
       WHERE ${mine} AND webhook_deliveries.state = ? AND webhook_deliveries.due_at <= ? ORDER BY webhook_deliveries.due_at, webhook_deliveries.delivery_id LIMIT ${limit}`,
      [tenantId, webhookId, state, now],
    )
  return [...(await due('sending')), ...(await due('queued'))]
}

/** Gives up those of leads that the plan does not show any more: they were queued, or replayed, when it did. Answers the others. */
async function withholdHidden(tx: Transaction, tenantId: number, candidates: readonly Candidate[], now: Date): Promise<Candidate[]> {
  if (candidates.length === 0) return []
  const from = await visibleFrom(tx, await readTenant(tx, tenantId))
  const isHidden = ({ lead_id }: Candidate) => lead_id !== null && Buffer.compare(lead_id, from) < 0
  const hidden = candidates.filter(isHidden).map(({ delivery_id }) => delivery_id)
  if (hidden.length > 0)
    await tx.execute(
      `UPDATE webhook_deliveries SET state = 'failed', last_error = 'plan', claim = NULL, due_at = NULL, settled_at = ?
       WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.delivery_id IN (?)`,
      [now, tenantId, hidden.toSorted((a, b) => Buffer.compare(a, b))],
    )
  return candidates.filter((candidate) => !isHidden(candidate))
}

/** For each lead the first event that is not yet settled, by the lead's id in hex. By the index of leads: that of states would read the whole queue of a subscription that lags. */
async function findHeads(
  tx: Transaction,
  tenantId: number,
  webhookId: Buffer,
  candidates: readonly Candidate[],
): Promise<Map<string, Head>> {
  const ids = new Map(candidates.flatMap(({ lead_id }) => (lead_id === null ? [] : [[lead_id.toString('hex'), lead_id] as const])))
  if (ids.size === 0) return new Map()
  const rows = await tx.select<Head>(
    `SELECT webhook_deliveries.delivery_id, webhook_deliveries.lead_id, webhook_deliveries.sequence, webhook_deliveries.state, webhook_deliveries.due_at
     FROM webhook_deliveries JOIN (
       SELECT webhook_deliveries.lead_id, MIN(webhook_deliveries.sequence) AS sequence FROM webhook_deliveries FORCE INDEX (webhook_deliveries_lead)
       WHERE ${mine} AND webhook_deliveries.lead_id IN (?) AND webhook_deliveries.state IN ('queued', 'sending') GROUP BY webhook_deliveries.lead_id
     ) heads ON heads.lead_id = webhook_deliveries.lead_id AND heads.sequence = webhook_deliveries.sequence
     WHERE ${mine}`,
    [tenantId, webhookId, [...ids.values()], tenantId, webhookId],
  )
  return new Map(rows.map((row) => [(row.lead_id as Buffer).toString('hex'), row]))
}

/** What waits behind an event that waits for its next try waits as long: else it would be looked at again and again, and hide what could be sent. */
async function postponeBlocked(tx: Transaction, tenantId: number, webhookId: Buffer, heads: readonly Head[], now: Date): Promise<void> {
  for (const { lead_id, state, due_at } of heads) {
    if (state !== 'queued' || due_at === null || due_at <= now.getTime()) continue
    await tx.execute(
      `UPDATE webhook_deliveries SET due_at = ? WHERE ${mine} AND webhook_deliveries.lead_id = ? AND webhook_deliveries.state = 'queued' AND webhook_deliveries.due_at < ?`,
      [new Date(due_at), tenantId, webhookId, lead_id, new Date(due_at)],
    )
  }
}

type Claimed = {
  delivery_id: Buffer
  event_id: Buffer
  lead_id: Buffer | null
  sequence: number
  payload: string
  attempts: number
  tries: number
  queued_at: number
}

async function claimRows(
  tx: Transaction,
  { tenantId, webhookId }: WebhookKey,
  chosen: readonly Candidate[],
  { url, secret, previous_secret, previous_until }: Subscription,
  claim: Buffer,
  claimMs: number,
  now: Date,
): Promise<TakenDelivery[]> {
  if (chosen.length === 0) return []
  const ids = chosen.map(({ delivery_id }) => delivery_id).toSorted((a, b) => Buffer.compare(a, b))
  // The taker of one that seemed dead may settle it at this moment: then it is not due any more and stays as it is.
  await tx.execute(
    `UPDATE webhook_deliveries SET state = 'sending', claim = ?, due_at = ?, attempts = attempts + 1, tries = tries + 1
     WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.delivery_id IN (?) AND webhook_deliveries.state IN ('queued', 'sending') AND webhook_deliveries.due_at <= ?`,
    [claim, new Date(now.getTime() + claimMs), tenantId, ids, now],
  )
  const rows = await tx.select<Claimed>(
    `SELECT webhook_deliveries.delivery_id, webhook_deliveries.event_id, webhook_deliveries.lead_id, webhook_deliveries.sequence, webhook_deliveries.payload,
     webhook_deliveries.attempts, webhook_deliveries.tries, webhook_deliveries.queued_at FROM webhook_deliveries
     WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.delivery_id IN (?) AND webhook_deliveries.claim = ?`,
    [tenantId, ids, claim],
  )
  const signsToo = previous_secret !== null && (previous_until ?? 0) > now.getTime()
  return rows.map((row) => ({
    tenantId,
    deliveryId: row.delivery_id,
    webhookId,
    eventId: row.event_id,
    leadId: row.lead_id,
    sequence: row.sequence,
    payload: row.payload,
    attempts: row.attempts,
    tries: row.tries,
    queuedAt: row.queued_at,
    url,
    secrets: signsToo ? [secret, previous_secret] : [secret],
  }))
}
