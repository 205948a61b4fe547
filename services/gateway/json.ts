import { createHash } from 'node:crypto'

export type Json = Record<string, unknown>

/** `value` as an object; an empty one when it is something else. Providers leave out and add fields as they like. */
export const objectIn = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}

/** The objects in `value`, if it is a list. */
export const listIn = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null).map(objectIn) : []

/** `value` as a text that is not blank; numbers count as texts. */
export function textIn(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** An id that always fits into event_id: itself, or a hash of it when it is too long. */
export function fittingId(id: string): string {
  return id.length <= 128 ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`
}
