import { createHash } from 'node:crypto'
import type { BroadcastDeliveryReported } from '../../schemas/events.ts'
import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import type { FreshEvent } from './claim-events.ts'
import { contactKeysOf } from './contact-keys.ts'

const times = { SENT: 'sent_at', DELIVERED: 'delivered_at', READ: 'read_at', FAILED: 'failed_at' } as const
const details = [
  'broadcast_id',
  'campaign_id',
  'campaign_name',
  'template_id',
  'template_name',
  'template_language',
  'error_code',
  'error_title',
] as const
/** How far a message came; failed is final for its attempt, so it is the highest. */
export const progressWords = ['unknown', 'sent', 'delivered', 'read', 'failed'] as const

const columns = [
  'tenant_id',
  'message_hash',
  'attempt',
  'message_id',
  'recipient_key',
  'progress',
  'sent_at',
  'delivered_at',
  'read_at',
  'failed_at',
  'received_at',
  ...details,
]

// Each column joins by a rule that does not depend on order: earliest time, highest progress, greatest text. A null gives way. So all orders of receipts end in one row.
const least = (column: string) => `${column} = COALESCE(LEAST(${column}, VALUES(${column})), ${column}, VALUES(${column}))`
const greatest = (column: string) => `${column} = COALESCE(GREATEST(${column}, VALUES(${column})), ${column}, VALUES(${column}))`
const joinRule = [
  ...['sent_at', 'delivered_at', 'read_at', 'failed_at', 'received_at'].map(least),
  ...['progress', 'recipient_key', ...details].map(greatest),
].join(', ')

type Receipt = { tenantId: number; messageHash: Buffer; event: BroadcastDeliveryReported; receivedAt: number; recipientKey: Buffer | null }

/**
 * Joins delivery reports into one receipt per message and attempt: earliest time of each state, the furthest progress, details where a report has them. Any order of the same reports gives
 * the same receipts. Both times are kept: when it happened and when it was received.
 */
export async function recordReceipts(tx: Transaction, fresh: readonly FreshEvent<BroadcastDeliveryReported>[]): Promise<void> {
  const receipts = fresh.map(({ event, receivedAt, tenant }): Receipt => {
    const { channel, channel_user_id, phone, email } = event.recipient
    const keys = contactKeysOf({ channel, channelUserId: channel_user_id, phone, email }, tenant.region)
    const recipient = keys.find(({ kind }) => kind === 'phone') ?? keys.find(({ kind }) => kind === 'email') ?? keys[0]
    return {
      tenantId: tenant.tenantId,
      messageHash: createHash('sha256').update(event.message_id).digest(),
      event,
      receivedAt,
      recipientKey: recipient?.hash ?? null,
    }
  })
  receipts.sort((a, b) => a.tenantId - b.tenantId || Buffer.compare(a.messageHash, b.messageHash) || a.event.attempt - b.event.attempt)
  await tx.insert('receipts', columns, receipts.map(toRow), joinRule)
}

function toRow({ tenantId, messageHash, event, receivedAt, recipientKey }: Receipt): SqlRow {
  const at = new Date(event.occurred_at)
  const timeOf = (status: keyof typeof times) => (event.status === status ? at : null)
  const progress = progressWords.indexOf(event.status.toLowerCase() as (typeof progressWords)[number])
  const { broadcast, error } = event
  const texts = [
    broadcast?.broadcast_id,
    broadcast?.campaign_id,
    broadcast?.campaign_name,
    broadcast?.template_id,
    broadcast?.template_name,
    broadcast?.template_language,
    error?.code,
    error?.title,
  ]
  return [
    tenantId,
    messageHash,
    event.attempt,
    event.message_id,
    recipientKey,
    progress,
    timeOf('SENT'),
    timeOf('DELIVERED'),
    timeOf('READ'),
    timeOf('FAILED'),
    new Date(receivedAt),
    ...texts.map((text, index) => text?.slice(0, index === 7 ? 400 : 200) ?? null),
  ]
}
