import type { Transaction } from '../platform/mysql/transaction.ts'
import type { TakenDelivery, WebhookKey } from './webhook-claims.ts'
import { disableAfterMs, holdMs, readRetryAfterMs, retryWaitMs } from './webhook-retry.ts'

/** What a try came to. `error` is a word such as `timeout`; `interrupted` says that the sender itself stopped. */
export type TryResult = { status: number; retryAfter: string | null; response: string; tookMs: number } | { error: string; tookMs: number }

export type Verdict = 'delivered' | 'retried' | 'failed' | 'interrupted'

/**
 * Writes what a try came to: the delivery is delivered, waits for its next try, or is given up; the try goes to the log; the subscription's failures are counted, and it is disabled at 410 Gone and
 * after three days without one success. The delivery stays as it is when another sender has it by now. `random` is in [0, 1), for the jitter.
 */
export async function settleDelivery(
  tx: Transaction,
  delivery: TakenDelivery,
  claim: Buffer,
  result: TryResult,
  now: Date,
  random: number,
): Promise<Verdict> {
  const error = errorOf(result)
  const verdict =
    error === null ? 'delivered' : error === 'interrupted' ? 'interrupted' : await settleFailure(tx, delivery, claim, result, now, random)
  if (verdict === 'delivered') {
    await noteSuccess(tx, delivery)
    await writeState(tx, delivery, claim, 'delivered', null, result, now)
    if (delivery.attempts > 1) await callFollowers(tx, delivery, now)
  }
  if (verdict === 'interrupted') await writeState(tx, delivery, claim, 'queued', now, result, now)
  await writeAttempt(tx, delivery, result, now)
  return verdict
}

async function settleFailure(
  tx: Transaction,
  delivery: TakenDelivery,
  claim: Buffer,
  result: TryResult,
  now: Date,
  random: number,
): Promise<'retried' | 'failed'> {
  const retryAfterMs = 'status' in result ? readRetryAfterMs(result.retryAfter, now) : undefined
  const isGone = 'status' in result && result.status === 410
  await noteFailure(tx, delivery, isGone, retryAfterMs, now)
  const waitMs = isGone ? undefined : retryWaitMs(delivery.tries, retryAfterMs, random)
  const dueAt = waitMs === undefined ? null : new Date(now.getTime() + waitMs)
  await writeState(tx, delivery, claim, dueAt === null ? 'failed' : 'queued', dueAt, result, now)
  return dueAt === null ? 'failed' : 'retried'
}

async function noteSuccess(tx: Transaction, { tenantId, webhookId }: WebhookKey): Promise<void> {
  await tx.execute(
    'UPDATE webhooks SET failures = 0, failing_since = NULL, hold_until = NULL WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ? AND webhooks.failures > 0',
    [tenantId, webhookId],
  )
}

async function noteFailure(
  tx: Transaction,
  { tenantId, webhookId }: WebhookKey,
  isGone: boolean,
  retryAfterMs: number | undefined,
  now: Date,
): Promise<void> {
  const [row] = await tx.select<{ failures: number; failing_since: number | null; state: string }>(
    'SELECT webhooks.failures, webhooks.failing_since, webhooks.state FROM webhooks WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ? FOR UPDATE',
    [tenantId, webhookId],
  )
  if (row === undefined || row.state !== 'enabled') return
  const failures = row.failures + 1
  const failingSince = row.failing_since ?? now.getTime()
  const hold = holdMs(failures, retryAfterMs)
  await tx.execute(
    'UPDATE webhooks SET failures = ?, failing_since = ?, hold_until = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?',
    [failures, new Date(failingSince), hold === 0 ? null : new Date(now.getTime() + hold), tenantId, webhookId],
  )
  const isHopeless = now.getTime() - failingSince >= disableAfterMs
  if (!isGone && !isHopeless) return
  const note = isGone
    ? `Disabled at ${now.toISOString()}: the endpoint answered 410 Gone.`
    : `Disabled at ${now.toISOString()}: nothing could be delivered since ${new Date(failingSince).toISOString()}.`
  await tx.execute(
    "UPDATE webhooks SET state = 'disabled', reason = ?, note = ?, notice_due_at = ?, changed_at = ? WHERE webhooks.tenant_id = ? AND webhooks.webhook_id = ?",
    [isGone ? 'gone' : 'failing', note, now, now, tenantId, webhookId],
  )
}

async function writeState(
  tx: Transaction,
  { tenantId, deliveryId, tries }: TakenDelivery,
  claim: Buffer,
  state: 'queued' | 'delivered' | 'failed',
  dueAt: Date | null,
  result: TryResult,
  now: Date,
): Promise<void> {
  const error = errorOf(result)
  await tx.execute(
    `UPDATE webhook_deliveries SET state = ?, claim = NULL, due_at = ?, settled_at = ?, tries = ?, last_status = ?, last_error = ?, last_ms = ?
     WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.delivery_id = ? AND webhook_deliveries.claim = ?`,
    [
      state,
      dueAt,
      dueAt === null ? now : null,
      error === 'interrupted' ? tries - 1 : tries,
      'status' in result ? result.status : null,
      error,
      result.tookMs,
      tenantId,
      deliveryId,
      claim,
    ],
  )
}

/** Events of the same lead were put off until this one's next try, which may have come sooner than they know. */
async function callFollowers(tx: Transaction, { tenantId, webhookId, leadId }: TakenDelivery, now: Date): Promise<void> {
  if (leadId === null) return
  await tx.execute(
    `UPDATE webhook_deliveries SET due_at = ? WHERE webhook_deliveries.tenant_id = ? AND webhook_deliveries.lead_id = ? AND webhook_deliveries.webhook_id = ?
     AND webhook_deliveries.state = 'queued' AND webhook_deliveries.tries = 0 AND webhook_deliveries.due_at > ?`,
    [now, tenantId, leadId, webhookId, now],
  )
}

async function writeAttempt(
  tx: Transaction,
  { tenantId, deliveryId, attempts }: TakenDelivery,
  result: TryResult,
  now: Date,
): Promise<void> {
  await tx.insert(
    'webhook_attempts',
    ['tenant_id', 'delivery_id', 'attempt', 'tried_at', 'status', 'error', 'response_ms', 'response'],
    [
      [
        tenantId,
        deliveryId,
        attempts,
        new Date(now.getTime() - result.tookMs),
        'status' in result ? result.status : null,
        errorOf(result),
        result.tookMs,
        'status' in result ? excerptOf(result.response) : null,
      ],
    ],
  )
}

function errorOf(result: TryResult): string | null {
  if ('error' in result) return result.error
  if (result.status >= 200 && result.status < 300) return null
  if (result.status >= 300 && result.status < 400) return 'redirect'
  return result.status === 410 ? 'gone' : 'status'
}

/** At most 500 characters, without control characters, which have no business in a log. */
const excerptOf = (response: string) => [...response.replaceAll(/[\p{Cc}\p{Cs}\p{Co}\p{Cn}]+/gu, ' ').trim()].slice(0, 500).join('')
