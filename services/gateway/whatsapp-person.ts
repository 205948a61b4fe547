import type { Recipient } from '../../schemas/events.ts'
import { entriesIn, listIn, objectIn, textIn, type Json } from './json.ts'

type Address = { number: string | null; userId: string | null }

/**
 * Tells who wrote a message or received what a status is about, from the item and the contacts beside it. A person has a phone number and its WhatsApp id (the same digits, as a rule), or, having
 * chosen a username, only a business-scoped user id ("US.123…"). See "Business-scoped user IDs" in Meta's documentation.
 */
export function peopleIn(value: Json): (item: Json) => Recipient | undefined {
  const contacts = listIn(value['contacts'])
  const contactById = new Map<string, Json>()
  for (const contact of contacts)
    for (const id of [withoutPlus(contact['wa_id']), textIn(contact['user_id'])]) if (id !== null) contactById.set(id, contact)
  // Number and WhatsApp id may differ, so the only contact of a webhook about one person is that person; beside several people it could be anybody.
  const people = new Set(
    [...entriesIn(value['messages']), ...entriesIn(value['statuses'])].map((item) => Object.values(addressOf(item)).join(' ')),
  )
  const onlyContact = contacts.length === 1 && people.size === 1 ? contacts[0] : undefined
  return (item) => {
    const address = addressOf(item)
    const contact = contactById.get(address.number ?? '') ?? contactById.get(address.userId ?? '') ?? onlyContact
    const waId = withoutPlus(contact?.['wa_id'])
    const id = waId ?? address.number ?? address.userId ?? textIn(contact?.['user_id'])
    if (id === null) return undefined
    const name = textIn(objectIn(contact?.['profile'])['name'])
    return { channel: 'whatsapp', channel_user_id: id, phone: phoneOf(address.number) ?? phoneOf(waId), email: null, name }
  }
}

/** Who took part where the message went to a group: the same status comes once for each participant. */
export function participantOf(status: Json): string | null {
  return withoutPlus(status['recipient_participant_id']) ?? textIn(status['recipient_participant_user_id'])
}

function addressOf(item: Json): Address {
  if (participantOf(item) !== null)
    return { number: withoutPlus(item['recipient_participant_id']), userId: textIn(item['recipient_participant_user_id']) }
  return {
    number: withoutPlus(item['from']) ?? withoutPlus(item['recipient_id']),
    userId: textIn(item['from_user_id']) ?? textIn(item['recipient_user_id']),
  }
}

// The documentation shows numbers with and without the sign.
const withoutPlus = (value: unknown) => textIn(textIn(value)?.trim().replace(/^\+/, ''))
const phoneOf = (id: string | null) => (id !== null && /^\d{6,15}$/.test(id) ? `+${id}` : null)
