import { hash } from 'node:crypto'
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'

export type KeyKind = 'visitor' | 'channel_user' | 'phone' | 'email' | 'order_number'
/** Attested: the platform or channel vouches for it. Typed: a person wrote it. */
export type KeyStrength = 'attested' | 'typed'

/** Something by which a person can be known again, in normalised form. `hash` identifies it within the tenant. */
export type ContactKey = { kind: KeyKind; value: string; strength: KeyStrength; hash: Buffer }

/** What an event says about who it is from, as it was given. */
export type PersonFields = {
  visitorId?: string | null
  channel?: string | null
  channelUserId?: string | null
  phone?: string | null
  email?: string | null
  orderNumber?: string | null
}

/**
 * The keys in `fields`, strongest first: visitor, channel user, phone, email, order number. What cannot be normalised is no key.
 * `phoneStrength` is attested where the channel itself knows the number.
 */
export function contactKeysOf(fields: PersonFields, region: string, phoneStrength: KeyStrength = 'typed'): ContactKey[] {
  const channelUser = clean(fields.channelUserId)
  return [
    key('visitor', clean(fields.visitorId), 'attested'),
    key(
      'channel_user',
      channelUser === undefined ? undefined : `${clean(fields.channel)?.toLowerCase() ?? 'chat'}:${channelUser}`,
      'attested',
    ),
    key('phone', normalPhone(fields.phone, region), phoneStrength),
    key('email', normalEmail(fields.email), 'typed'),
    key('order_number', normalOrderNumber(fields.orderNumber), 'typed'),
  ].filter((found) => found !== undefined)
}

/** Attested ids of one scope exclude each other: two visitor ids, or two ids of one channel, are two people. Undefined for keys that are no ids. */
export function identityScope(kind: string, value: string): string | undefined {
  if (kind === 'visitor') return 'visitor'
  return kind === 'channel_user' ? `channel_user:${value.split(':', 1)[0]}` : undefined
}

/** E.164 form of `raw`, read in `region` unless it is international; undefined unless libphonenumber calls it valid. */
export function normalPhone(raw: string | null | undefined, region: string): string | undefined {
  const text = clean(raw)
  if (text === undefined || text.length > 64) return undefined
  const phone = parsePhoneNumberFromString(text, region as CountryCode)
  return phone?.isValid() === true ? phone.number : undefined
}

/** `raw` trimmed and in lower case; undefined unless it has one @ with something before it and a domain with a dot after it. */
export function normalEmail(raw: string | null | undefined): string | undefined {
  const text = clean(raw)?.toLowerCase()
  return text !== undefined && text.length <= 254 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) ? text : undefined
}

/** `raw` without its leading number sign and inner white space, in upper case; undefined when nothing is left. */
export function normalOrderNumber(raw: string | null | undefined): string | undefined {
  const text = clean(raw)?.replace(/^#+/, '').replace(/\s+/g, '').toUpperCase()
  return text === undefined || text === '' || text.length > 128 ? undefined : text
}

function clean(raw: string | null | undefined): string | undefined {
  const text = raw?.normalize('NFC').trim()
  return text === undefined || text === '' || text.length > 300 ? undefined : text
}

function key(kind: KeyKind, value: string | undefined, strength: KeyStrength): ContactKey | undefined {
  return value === undefined ? undefined : { kind, value, strength, hash: hash('sha256', `${kind}\0${value}`, 'buffer') }
}
