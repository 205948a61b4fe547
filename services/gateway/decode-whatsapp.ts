import type { BroadcastDeliveryReported, BroadcastReplyReceived, DeliveryStatus, Recipient } from '../../schemas/events.ts'
import { TributaryError } from '../platform/errors.ts'
import type { Decode, Decoded } from './decoded.ts'
import { fittingId, listIn, objectIn, textIn, type Json } from './json.ts'
import { messageText } from './whatsapp-message-text.ts'

const source = 'whatsapp-cloud'
const statuses: Record<string, DeliveryStatus> = { sent: 'SENT', delivered: 'DELIVERED', read: 'READ', played: 'READ', failed: 'FAILED' }

/**
 * WhatsApp Cloud API webhooks (object whatsapp_business_account): messages of people become replies, statuses of our messages become delivery reports. Message and status are identified by
 * the provider's message id, so a webhook that is delivered again counts once. See "Webhooks" in Meta's WhatsApp Cloud API documentation.
 */
export const decodeWhatsApp: Decode = (payload, { tenant, receivedAt }) => {
  const root = objectIn(payload)
  if (root['object'] !== 'whatsapp_business_account' || !Array.isArray(root['entry'])) {
    throw new TributaryError(
      'contract-broken',
      'This is no WhatsApp Cloud webhook: `object` is not whatsapp_business_account or `entry` is no list. Pass the body of the webhook as it came.',
    )
  }
  const decoded: Decoded = { events: [], ignored: [] }
  for (const entry of listIn(root['entry'])) {
    for (const change of listIn(entry['changes'])) {
      const field = textIn(change['field']) ?? 'unknown'
      const value = objectIn(change['value'])
      if (field !== 'messages') {
        decoded.ignored.push({
          what: `change of ${field}`,
          reason: 'it is about the account, not about a person who wrote or a message that was sent',
        })
        continue
      }
      for (const message of listIn(value['messages'])) addMessage(decoded, message, value, tenant, receivedAt)
      for (const status of listIn(value['statuses'])) addStatus(decoded, status, value, tenant, receivedAt)
      for (const [index] of listIn(value['calls']).entries())
        decoded.ignored.push({ what: `call ${index + 1}`, reason: 'calls are no messages' })
      for (const [index] of listIn(value['errors']).entries())
        decoded.ignored.push({ what: `error ${index + 1}`, reason: 'it is about the account' })
    }
  }
  return decoded
}

function addMessage(decoded: Decoded, message: Json, value: Json, tenant: string, receivedAt: number): void {
  const id = textIn(message['id'])
  const kind = textIn(message['type']) ?? 'unknown'
  const recipient = personOf(message['from'] ?? message['from_user_id'], value)
  const said = messageText(message)
  if (id === null || recipient === undefined) decoded.ignored.push({ what: `message of type ${kind}`, reason: 'it has no id or no sender' })
  else if ('ignored' in said) decoded.ignored.push({ what: `message of type ${kind}`, reason: said.ignored })
  else {
    const event: BroadcastReplyReceived = {
      event_id: fittingId(id),
      tenant,
      occurred_at: timeOf(message['timestamp'], receivedAt),
      source,
      message_id: id,
      in_reply_to: textIn(objectIn(message['context'])['id']),
      broadcast_id: null,
      recipient,
      text: said.text,
      button_payload: said.payload,
      transcript: [],
    }
    decoded.events.push({ topic: 'broadcast.reply-received', key: `${tenant}:${recipient.channel_user_id ?? ''}`, event })
  }
}

function addStatus(decoded: Decoded, status: Json, value: Json, tenant: string, receivedAt: number): void {
  const id = textIn(status['id'])
  const word = textIn(status['status']) ?? ''
  const reached = statuses[word]
  const recipient = personOf(status['recipient_id'] ?? status['recipient_user_id'], value)
  if (reached === undefined) decoded.ignored.push({ what: `status ${word || 'without a word'}`, reason: 'it tells nothing about delivery' })
  else if (id === null || recipient === undefined)
    decoded.ignored.push({ what: `status ${word}`, reason: 'it has no message id or no recipient' })
  else {
    const [error] = listIn(status['errors'])
    const tracker = textIn(status['biz_opaque_callback_data'])
    const event: BroadcastDeliveryReported = {
      event_id: fittingId(`${id}:${word}`),
      tenant,
      occurred_at: timeOf(status['timestamp'], receivedAt),
      source,
      message_id: fittingId(id),
      attempt: 1,
      status: reached,
      recipient,
      broadcast:
        tracker === null
          ? null
          : {
              broadcast_id: tracker,
              campaign_id: null,
              campaign_name: null,
              template_id: null,
              template_name: null,
              template_language: null,
            },
      error: error === undefined ? null : { code: textIn(error['code']), title: textIn(error['title']) ?? textIn(error['message']) },
    }
    decoded.events.push({ topic: 'broadcast.delivery-reported', key: `${tenant}:${recipient.channel_user_id ?? ''}`, event })
  }
}

/** A WhatsApp id of digits is the phone number; a business-scoped user id ("US.123…") is not, and a person may have only that. */
function personOf(from: unknown, value: Json): Recipient | undefined {
  const contacts = listIn(value['contacts'])
  const given = textIn(from)
  const contact =
    contacts.find((one) => given !== null && (textIn(one['wa_id']) === given || textIn(one['user_id']) === given)) ??
    (contacts.length === 1 ? contacts[0] : undefined)
  const id = given ?? textIn(contact?.['wa_id']) ?? textIn(contact?.['user_id'])
  if (id === null) return undefined
  const phone = /^\d{6,15}$/.test(id) ? `+${id}` : null
  return { channel: 'whatsapp', channel_user_id: id, phone, email: null, name: textIn(objectIn(contact?.['profile'])['name']) }
}

/** Timestamps are seconds since 1970, as text. */
function timeOf(value: unknown, receivedAt: number): number {
  const seconds = Number(textIn(value) ?? Number.NaN)
  return Number.isInteger(seconds) && seconds >= 946_684_800 && seconds < 4_102_444_800 ? seconds * 1000 : receivedAt
}
