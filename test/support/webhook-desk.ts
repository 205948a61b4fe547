import { Metrics } from '../../services/platform/metrics.ts'
import { createOutboundDoor, type OutboundDoor } from '../../services/platform/http/outbound-post.ts'
import { withTransaction } from '../../services/platform/mysql/transaction.ts'
import { findTenants, type Tenant } from '../../services/leads/tenants.ts'
import { webhookTypes, type WebhookType } from '../../services/leads/webhook-events.ts'
import { addWebhook } from '../../services/leads/webhooks.ts'
import { createWebhookSender } from '../../services/status-relay/deliver-webhooks.ts'
import { relayOutbox } from '../../services/status-relay/relay-outbox.ts'
import { form } from './events.ts'
import { startReceiver, type Receiver } from './webhook-receiver.ts'
import { work } from './work.ts'
import { silent, type World } from './world.ts'

const shards = Array.from({ length: 16 }, (_, shard) => shard)
let people = 0

/** What tests of webhooks do again and again, on a real database and over real connections, with a clock that they move. */
export function openWebhookDesk(world: World, startAt = new Date('2026-11-21T10:00:00Z')) {
  let now = startAt.getTime()
  const clock = () => new Date(now)
  const receivers: Receiver[] = []
  const doors: OutboundDoor[] = []
  const metrics = new Metrics({}, false)

  const doorFor = (timeoutMs = 2_000): OutboundDoor => {
    const door = createOutboundDoor({ allowPrivate: true }, timeoutMs)
    doors.push(door)
    return door
  }
  const senderWith = (door = doorFor(), claimMs = 60_000) =>
    createWebhookSender({ db: world.db, door, metrics, log: silent, claimMs, clock, random: () => 0.5 })

  return {
    clock,
    metrics,
    doorFor,
    senderWith,
    pass: (ms: number) => {
      now += ms
    },
    tenant: async (slug = 'demo'): Promise<Tenant> => (await findTenants(world.tx, [slug])).get(slug) as Tenant,
    receiver: async (): Promise<Receiver> => {
      const receiver = await startReceiver()
      receivers.push(receiver)
      return receiver
    },
    subscribe: async (url: string, types: WebhookType[] = [...webhookTypes], slug = 'demo') => {
      const tenant = (await findTenants(world.tx, [slug])).get(slug) as Tenant
      const { webhook, secret } = await withTransaction(world.db, 10_000, (tx) =>
        addWebhook(tx, tenant, { url, description: 'test', types }, 'user:1', clock()),
      )
      return { tenant, webhookId: webhook.webhookId, secret }
    },
    /** Opens a lead by a chat form of somebody new; further forms of the same visitor join it. */
    submit: async (visitor = `visitor-${++people}`, slug = 'demo'): Promise<string> => {
      await work(world, 'chat.form-submitted', [
        form({ tenant: slug, conversation_id: `talk-${visitor}`, visitor: { visitor_id: visitor } }),
      ])
      return visitor
    },
    /** Publishes all that waits in the outbox, to nobody, and so queues webhooks. */
    relay: async (): Promise<number> => {
      const bytes = () => Buffer.alloc(0)
      const context = {
        db: world.db,
        prefix: '',
        encodeActivity: bytes,
        encodeStatus: bytes,
        send: async () => undefined,
        metrics,
        now: clock,
      }
      return relayOutbox(shards, new Map(), context)
    },
    /** Delivers until nothing is due any more. */
    deliver: async (sender = senderWith()): Promise<void> => {
      do {
        while ((await sender.turn()) === 0);
        await sender.settled()
      } while ((await sender.turn()) === 0)
    },
    deliveries: () =>
      world.tx.select<{
        state: string
        sequence: number
        attempts: number
        tries: number
        due_at: number | null
        last_error: string | null
      }>(
        'SELECT state, sequence, attempts, tries, due_at, last_error FROM webhook_deliveries ORDER BY tenant_id, webhook_id, lead_id, sequence',
      ),
    close: async () => {
      await Promise.all(receivers.map((receiver) => receiver.stop()))
      await Promise.all(doors.map((door) => door.stop()))
    },
  }
}

export type WebhookDesk = ReturnType<typeof openWebhookDesk>
