import type { AccessRefusal, AccessRefusalCode } from '../accounts/refusal.ts'
import { Problem } from './problem.ts'

const statuses: Record<AccessRefusalCode, number> = {
  'email-invalid': 422,
  'email-taken': 409,
  'name-invalid': 422,
  'user-not-found': 404,
  'user-not-invited': 409,
  'role-not-yours': 403,
  'scope-not-yours': 403,
  'last-owner': 409,
  'password-too-short': 422,
  'password-too-long': 422,
  'password-too-easy': 422,
  'password-wrong': 422,
  'ticket-invalid': 410,
  'token-not-found': 404,
  'expiry-invalid': 422,
}

/** A refusal of the accounts as it leaves. */
export function accessProblem({ code, message, field }: AccessRefusal): Problem {
  return new Problem(statuses[code], code, message, field === undefined ? undefined : [{ field: `body.${field}`, message }])
}
