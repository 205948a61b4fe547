import type { BroadcastDeliveryReported, BroadcastReplyReceived, DeliveryStatus, Recipient } from '../../schemas/events.ts'
import { TributaryError } from '../platform/errors.ts'
import type { Decode, Decoded } from './decoded.ts'
import { entriesIn, fittingId, listIn, objectIn, textIn, wordIn, type Json } from './json.ts'
import { occurredAt } from './occurred-at.ts'
import { messageText } from './whatsapp-message-text.ts'
import { participantOf, peopleIn } from './whatsapp-person.ts'

const source = 'whatsapp-cloud'
const messageIdLimit = 255
const statuses = new Map<string, DeliveryStatus>([
  ['sent', 'SENT'],
  ['delivered', 'DELIVERED'],
  ['read', 'READ'],
  ['played', 'READ'],
  ['failed', 'FAILED'],
])
const otherFields = new Map([
  ['history', 'it repeats what was said before the number was connected'],
  ['smb_message_echoes', 'the company wrote it'],
  ['user_preferences', 'it is a choice about marketing messages, not a message'],
  ['calls', 'a call is no message'],
])
const otherLists = [
  ['calls', 'call', 'a call is no message'],
  ['errors', 'error', 'it is about the account'],
  ['message_echoes', 'message echo', 'the company wrote it'],
] as const

type Context = Parameters<Decode>[1]

/**
 * WhatsApp Cloud API webhooks (object whatsapp_business_account): messages of people become replies, statuses of our messages become delivery reports. Message and status are identified by
 * the provider's message id, so a webhook that is delivered again counts once. See "Webhooks" in Meta's WhatsApp Cloud API documentation.
 */
export const decodeWhatsApp: Decode = (payload, context) => {
  const root = objectIn(payload)
  if (root['object'] !== 'whatsapp_business_account' || !Array.isArray(root['entry'])) {
    throw new TributaryError(
      'contract-broken',
      'This is no WhatsApp Cloud webhook: `object` is not whatsapp_business_account or `entry` is no list. Pass the body of the webhook as it came.',
    )
  }
  const decoded: Decoded = { events: [], ignored: [] }
  for (const entry of entriesIn(root['entry'])) for (const change of entriesIn(entry['changes'])) addChange(decoded, change, context)
  if (decoded.events.length + decoded.ignored.length === 0)
    decoded.ignored.push({ what: 'webhook', reason: 'it holds no message and no status' })
  return decoded
}

function addChange(decoded: Decoded, change: Json, context: Context): void {
  const field = wordIn(change['field']) ?? 'unknown'
  const value = objectIn(change['value'])
  if (field !== 'messages') {
    const reason = otherFields.get(field) ?? 'it is about the account, not about a person who wrote or a message that was sent'
    decoded.ignored.push({ what: `change of ${field}`, reason })
    return
  }
  const personOf = peopleIn(value)
  for (const message of entriesIn(value['messages'])) addMessage(decoded, message, personOf(message), context)
  for (const status of entriesIn(value['statuses'])) addStatus(decoded, status, personOf(status), context)
  for (const [list, what, reason] of otherLists)
    for (const index of entriesIn(value[list]).keys()) decoded.ignored.push({ what: `${what} ${index + 1}`, reason })
}

function addMessage(decoded: Decoded, message: Json, recipient: Recipient | undefined, { tenant, receivedAt }: Context): void {
  const id = textIn(message['id'])
  const what = `message of type ${wordIn(message['type']) ?? 'unknown'}`
  const said = messageText(message)
  const repliedTo = textIn(objectIn(message['context'])['id'])
  if (id === null || recipient === undefined) decoded.ignored.push({ what, reason: 'it has no id or no sender' })
  else if ('ignored' in said) decoded.ignored.push({ what, reason: said.ignored })
  else {
    const event: BroadcastReplyReceived = {
      event_id: fittingId(id),
      tenant,
      occurred_at: timeOf(message, receivedAt),
      source,
      message_id: fittingId(id, messageIdLimit),
      in_reply_to: repliedTo === null ? null : fittingId(repliedTo, messageIdLimit),
      broadcast_id: null,
      recipient,
      text: said.text,
      button_payload: said.payload,
      transcript: [],
    }
    decoded.events.push({ topic: 'broadcast.reply-received', key: keyOf(tenant, recipient), event })
  }
}

function addStatus(decoded: Decoded, status: Json, recipient: Recipient | undefined, { tenant, receivedAt }: Context): void {
  const id = textIn(status['id'])
  const word = wordIn(status['status']) ?? 'unknown'
  const reached = statuses.get(word)
  if (reached === undefined) decoded.ignored.push({ what: `status ${word}`, reason: 'it tells nothing about delivery' })
  else if (id === null || recipient === undefined)
    decoded.ignored.push({ what: `status ${word}`, reason: 'it has no message id or no recipient' })
  else {
    const event: BroadcastDeliveryReported = {
      event_id: fittingId([id, word, textIn(status['timestamp']), participantOf(status)].filter((part) => part !== null).join(':')),
      tenant,
      occurred_at: timeOf(status, receivedAt),
      source,
      message_id: fittingId(id, messageIdLimit),
      attempt: 1,
      status: reached,
      recipient,
      broadcast: broadcastOf(textIn(status['biz_opaque_callback_data'])),
      error: reached === 'FAILED' ? errorOf(listIn(status['errors'])) : null,
    }
    decoded.events.push({ topic: 'broadcast.delivery-reported', key: keyOf(tenant, recipient), event })
  }
}

/** The tracker that the sender gave along comes back with each status of the message. */
function broadcastOf(tracker: string | null): BroadcastDeliveryReported['broadcast'] {
  if (tracker === null) return null
  const unknown = { campaign_id: null, campaign_name: null, template_id: null, template_name: null, template_language: null }
  return { broadcast_id: tracker, ...unknown }
}

function errorOf([error]: Json[]): BroadcastDeliveryReported['error'] {
  return error === undefined ? null : { code: textIn(error['code']), title: textIn(error['title']) ?? textIn(error['message']) }
}

const keyOf = (tenant: string, { channel_user_id }: Recipient) => `${tenant}:${channel_user_id ?? ''}`

/** Timestamps are seconds since 1970, as text. */
const timeOf = (item: Json, receivedAt: number) => occurredAt(Number(textIn(item['timestamp']) ?? Number.NaN) * 1000, receivedAt)
