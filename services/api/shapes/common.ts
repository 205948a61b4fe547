import { z } from 'zod'
import { uuidBytes } from '../../leads/event-identity.ts'
import { Problem } from '../problem.ts'

/** A UUID in text form. */
export const idShape = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'is no UUID')
  .meta({ id: 'Id', description: 'A UUID' })
/** An instant, RFC 3339, in UTC in answers. */
export const timeShape = z.iso.datetime({ offset: true }).meta({ id: 'Time', description: 'An instant, RFC 3339' })
/** Text that people read, without control characters but line breaks and tabs. */
export const textShape = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'has a control character')

export const noContent = z.null().meta({ description: 'Done; there is nothing to say' })

/** `ms` since 1970 as RFC 3339 in UTC. */
export const timeOf = (ms: number) => new Date(ms).toISOString()
export const timeOrNull = (ms: number | null) => (ms === null ? null : timeOf(ms))

/** The bytes of an id that has passed its shape. */
export function bytesOf(id: string): Buffer {
  const bytes = uuidBytes(id)
  if (bytes === undefined) throw new Problem(400, 'request-invalid', 'An id is no UUID.')
  return bytes
}
