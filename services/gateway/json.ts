import { createHash } from 'node:crypto'

export type Json = Record<string, unknown>

/** `value` as an object; an empty one when it is something else. Providers leave out and add fields as they like. */
export const objectIn = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

/** The objects in `value`, if it is a list. */
export const listIn = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null).map(objectIn) : []

/** Everything in `value`, if it is a list; what is no object is an empty one, so that it can be left out with a reason and does not disappear unsaid. */
export const entriesIn = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectIn) : [])

/** `value` as a text that is not blank; numbers count as texts. */
export function textIn(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** `value` as a word that can be shown: a reason for people never repeats what a person wrote, nor control characters. */
export function wordIn(value: unknown): string | null {
  const text = textIn(value)
  return text !== null && /^\w{1,64}$/.test(text) ? text : null
}

/** An id that always fits: itself, or a hash of it when it is longer than `limit`. */
export function fittingId(id: string, limit = 128): string {
  return id.length <= limit ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`
}
