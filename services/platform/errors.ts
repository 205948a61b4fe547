/** What a failure means for the work at hand (DESIGN D4). */
export type Failure = 'transient' | 'poison' | 'unknown' | 'fatal'

/** The closed list of error codes; each says what kind of failure it is. A retired code is never reused. */
export const errorCodes = {
  'config-invalid': 'fatal',
  'database-version': 'fatal',
  'database-unavailable': 'transient',
  'database-deadlock': 'transient',
  'database-lock-timeout': 'transient',
  'kafka-unavailable': 'transient',
  'registry-unavailable': 'transient',
  'smtp-unavailable': 'transient',
  'schema-not-registered': 'fatal',
  'topic-missing': 'fatal',
  'topic-recreated': 'fatal',
  'empty-value': 'poison',
  'truncated-header': 'poison',
  'bad-magic-byte': 'poison',
  'unknown-schema-id': 'poison',
  'not-avro': 'poison',
  'schema-incompatible': 'poison',
  'malformed-avro': 'poison',
  'too-many-items': 'poison',
  'nested-too-deep': 'poison',
  'contract-broken': 'poison',
  'unknown-tenant': 'poison',
  'event-conflict': 'poison',
  'unknown-failure': 'poison',
} as const satisfies Record<string, Failure>

export type ErrorCode = keyof typeof errorCodes

/** An error of ours: a code for programs, a sentence for people (what is wrong, with what, what to do), the cause kept. Never carries a payload or an address. */
export class TributaryError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'TributaryError'
    this.code = code
  }

  get failure(): Failure {
    return errorCodes[this.code]
  }
}

/** What kind of failure `error` is; anything that is not ours is unknown. */
export function failureOf(error: unknown): Failure {
  return error instanceof TributaryError ? error.failure : 'unknown'
}

/** The code of `error` for a metric label or log line. */
export function codeOf(error: unknown): string {
  if (error instanceof TributaryError) return error.code
  return 'unknown-failure'
}
