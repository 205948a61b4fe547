import type { TopicEvent } from './generated-record.ts'

const dayMs = 86_400_000
const earliest = Date.UTC(2000, 0, 1)

/** Whether an event keeps the contract of its topic. */
export function keepsContract(record: TopicEvent, recordTimestamp: number): boolean {
  const { event_id, source, occurred_at } = record.event
  if (!within(event_id, 128) || !within(source, 64)) return false
  if (occurred_at < earliest || occurred_at > recordTimestamp + dayMs) return false
  switch (record.topic) {
    case 'broadcast.delivery-reported': {
      const { message_id, status, attempt, recipient } = record.event
      return within(message_id, 255) && status !== 'UNKNOWN' && attempt >= 1 && isReachable(recipient)
    }
    case 'broadcast.reply-received':
      return isReachable(record.event.recipient)
    case 'order.changed':
      return within(record.event.order_id, 128) && record.event.status !== 'UNKNOWN'
    case 'chat.form-submitted':
      return true
  }
}

const within = (text: string, most: number) => text.length >= 1 && text.length <= most

const isReachable = ({ channel_user_id, phone, email }: { channel_user_id: string | null; phone: string | null; email: string | null }) =>
  [channel_user_id, phone, email].some((field) => (field ?? '').trim() !== '')
