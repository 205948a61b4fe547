const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const pattern = new RegExp(`^(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+${label}$`)

/**
 * Whether `text` is an address that can be mailed to: ASCII words joined by dots, one `@`, a domain of letters, digits and hyphens, 254 characters at most
 * (RFC 5321, without quoting, comments, address literals and lists: what parsers have been tricked with).
 */
export function isAddress(text: string): boolean {
  return text.length <= 254 && pattern.test(text)
}
