/** The closed list of reasons for which the domain says no to a person or program. A retired code is never reused. */
export type RefusalCode =
  | 'lead-not-found'
  | 'lead-inactive'
  | 'lead-changed'
  | 'status-unknown'
  | 'move-not-allowed'
  | 'contact-has-active-lead'
  | 'changed-since'
  | 'score-out-of-range'
  | 'text-empty'
  | 'text-too-long'
  | 'follow-up-not-found'
  | 'follow-up-settled'
  | 'time-invalid'
  | 'workflow-invalid'
  | 'workflow-unknown'
  | 'status-in-use'
  | 'webhook-not-found'
  | 'webhook-invalid'
  | 'webhook-disabled'
  | 'webhook-limit'
  | 'delivery-not-found'
  | 'delivery-sending'
  | 'search-too-long'
  | 'cursor-invalid'
  | 'view-not-found'
  | 'too-many-views'
  | 'bulk-not-found'
  | 'bulk-running'
  | 'bulk-ended'
  | 'bulk-not-undoable'
  | 'export-not-found'
  | 'export-not-ready'
  | 'too-many-exports'
  | 'replay-running'
  | 'replay-not-found'

/** A no of the domain: a code for programs and a sentence for people that names the thing, what was wrong and what to do. Holds no personal data. */
export class Refusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
}
