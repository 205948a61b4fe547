import { z } from 'zod'
import type { RefusalCode } from '../leads/refusal.ts'

/** An error that leaves as problem details (RFC 9457). `code` is for programs; `errors` names the fields that were wrong; `extra` is added as it is. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: readonly FieldError[] | undefined
  readonly extra: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, detail: string, errors?: readonly FieldError[], extra: Record<string, unknown> = {}) {
    super(detail)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.errors = errors
    this.extra = extra
  }
}

export type FieldError = { field: string; message: string }

const fieldError = z.object({ field: z.string(), message: z.string() })

/** The shape of every error answer. */
export const problemShape = z
  .looseObject({
    type: z.string().meta({ description: 'URI of the kind of problem; the code stands behind the last colon' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'For programs; never changes its meaning' }),
    detail: z.string().meta({ description: 'For people: what was wrong, and what to do' }),
    instance: z.string().meta({ description: 'Id of the request, as in the log' }),
    errors: z.array(fieldError).optional().meta({ description: 'The fields that were wrong' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457), as application/problem+json' })

/** Error answers of a route, for its `response`: those that every route has, and these. */
export function problems<const Status extends number>(
  ...statuses: Status[]
): Record<Status | 400 | 401 | 403 | 429 | 431 | 500 | 503, typeof problemShape> {
  const all = [400, 401, 403, 429, 431, 500, 503, ...statuses] as const
  return Object.fromEntries(all.map((status) => [status, problemShape])) as Record<(typeof all)[number], typeof problemShape>
}

/** The status with which a refusal of the domain leaves. */
export const refusalStatus: Record<RefusalCode, number> = {
  'lead-not-found': 404,
  'lead-inactive': 409,
  'lead-changed': 412,
  'status-unknown': 422,
  'move-not-allowed': 409,
  'contact-has-active-lead': 409,
  'changed-since': 409,
  'score-out-of-range': 422,
  'text-empty': 422,
  'text-too-long': 422,
  'follow-up-not-found': 404,
  'follow-up-settled': 409,
  'time-invalid': 422,
  'workflow-invalid': 422,
  'workflow-unknown': 422,
  'status-in-use': 409,
  'webhook-not-found': 404,
  'webhook-invalid': 422,
  'webhook-disabled': 409,
  'webhook-limit': 409,
  'delivery-not-found': 404,
  'delivery-sending': 409,
  'search-too-long': 422,
  'cursor-invalid': 422,
  'view-not-found': 404,
  'too-many-views': 409,
  'bulk-not-found': 404,
  'bulk-running': 409,
  'bulk-ended': 409,
  'bulk-not-undoable': 409,
  'export-not-found': 404,
  'export-not-ready': 409,
  'too-many-exports': 409,
  'replay-running': 409,
  'replay-not-found': 404,
}
