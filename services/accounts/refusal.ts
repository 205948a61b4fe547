/** The closed list of reasons for which the room says no to a person or program. A retired code is never reused. */
export type AccessRefusalCode =
  | 'email-invalid'
  | 'email-taken'
  | 'name-invalid'
  | 'user-not-found'
  | 'user-not-invited'
  | 'role-not-yours'
  | 'scope-not-yours'
  | 'last-owner'
  | 'password-too-short'
  | 'password-too-long'
  | 'password-too-easy'
  | 'password-wrong'
  | 'ticket-invalid'
  | 'token-not-found'
  | 'expiry-invalid'

/** A no of the room: a code for programs, a sentence for people, and on request the field that was wrong. Holds no secret and no address. */
export class AccessRefusal extends Error {
  readonly code: AccessRefusalCode
  readonly field: string | undefined

  constructor(code: AccessRefusalCode, message: string, field?: string) {
    super(message)
    this.name = 'AccessRefusal'
    this.code = code
    this.field = field
  }
}
