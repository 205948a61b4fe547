import { AccessRefusal } from './refusal.ts'

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const atom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
const pattern = new RegExp(`^(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+${label}$`)

/**
 * `raw` trimmed and in lower case: the form in which an address is kept and looked up. Undefined unless it can be mailed to: ASCII only, so that no look-alike letter
 * makes a second account of one address, and nothing quoted (RFC 5321).
 */
export function normalAddress(raw: string): string | undefined {
  const text = raw.trim().toLowerCase()
  return text.length <= 254 && pattern.test(text) ? text : undefined
}

/** The same, or a refusal. */
export function requireAddress(raw: string): string {
  const address = normalAddress(raw)
  if (address === undefined)
    throw new AccessRefusal('email-invalid', 'This is no email address: give one like maria@shop.example.', 'email')
  return address
}
