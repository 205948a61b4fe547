import { clearEndedWebhooks, deleteOldDeliveries, webhookBacklog } from '../leads/webhook-sweep.ts'
import { createOutboundDoor } from '../platform/http/outbound-post.ts'
import type { Part } from '../platform/lifecycle.ts'
import { Metrics } from '../platform/metrics.ts'
import { assertMigrated } from '../platform/mysql/migrate.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import type { ProcessContext } from '../platform/run-process.ts'
import { Health } from '../platform/worker/health.ts'
import { runLoop } from '../platform/worker/run-loop.ts'
import { createWebhookSender } from './deliver-webhooks.ts'

const sweepMs = 5_000
const deleteMs = 3_600_000

type WebhookSettings = 'WEBHOOK_ALLOW_PRIVATE' | 'WEBHOOK_TIMEOUT_MS'

/** The parts that deliver webhooks and clear up behind them. */
export function webhookParts(worker: string, context: ProcessContext<WebhookSettings>): { parts: Part[]; refreshGauges(): Promise<void> } {
  const { settings, db, migrations, metrics, log, onFatal } = context
  for (const result of ['delivered', 'retried', 'failed', 'interrupted']) metrics.count('tributary_webhook_deliveries_total', { result }, 0)
  const timeoutMs = settings.WEBHOOK_TIMEOUT_MS
  const door = createOutboundDoor({ allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE === 'true' }, timeoutMs)
  const clock = () => new Date()
  const sender = createWebhookSender({ db, door, metrics, log, claimMs: 2 * timeoutMs + 5_000, clock, random: Math.random })
  let sweepAt = 0
  let deleteAt = 0

  const clearUp = async (): Promise<void> => {
    const tx = transactionOn(db)
    if (performance.now() >= sweepAt) sweepAt = (await clearEndedWebhooks(tx, clock())) ? 0 : performance.now() + sweepMs
    if (performance.now() >= deleteAt) deleteAt = (await deleteOldDeliveries(tx, clock())) ? 0 : performance.now() + deleteMs
  }
  const loop = runLoop({
    name: 'webhooks',
    worker,
    // Its own: turns of this loop must not hide a relay that stands still. Whether webhooks go out is told by their age.
    health: new Health(worker, new Metrics({}, false)),
    metrics,
    log,
    onFatal,
    prepare: () => assertMigrated(db, migrations),
    turn: async () => {
      await clearUp()
      return sender.turn()
    },
    finish: () => sender.finish(),
  })
  const refreshGauges = async () => {
    const { queued, oldestAt } = await webhookBacklog(transactionOn(db), clock())
    metrics.set('tributary_webhooks_queued', {}, queued)
    metrics.set('tributary_webhooks_oldest_queued_timestamp_seconds', {}, oldestAt / 1000)
  }
  return { parts: [{ name: 'webhook door', stop: () => door.stop() }, loop], refreshGauges }
}
