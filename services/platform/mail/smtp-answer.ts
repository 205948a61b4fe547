/**
 * What the server made of a mail. `sent`: it took it. `refused`: it never will. `retry`: it surely has not got it. `ambiguous`: the body was on its way when the
 * connection broke, so it may have it. `blocked`: no mail at all can be sent (login, TLS, sender, configuration). No text of a result holds an address.
 */
export type MailResult = { result: 'sent'; response: string } | { result: 'refused' | 'retry' | 'ambiguous' | 'blocked'; reason: string }

/** What the library says of a mail that it could not send. */
export type SmtpError = { code?: string; originalCode?: string; responseCode?: number; response?: string; command?: string }

const blockedCodes = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ETLS', 'EREQUIRETLS', 'ECONFIG'])
// RFC 4954 and RFC 3207: log in first, encrypt first. A server says so at whichever command it likes.
const loginCodes = new Set([530, 534, 535, 538])
const certificateCode = /CERT|^ERR_(?:TLS|SSL)_|^UNABLE_TO_/

/** What follows from `error`. `bodyWasRead`: whether the server had asked for the body, so that it may have all of it. */
export function judgeError(error: SmtpError, bodyWasRead: boolean, recipient: string): MailResult {
  const { code = '', originalCode = '', responseCode = 0 } = error
  const reason = reasonOf(error, recipient)
  // 503 tells that the session went wrong, not the mail (RFC 5321: bad sequence of commands).
  const isPermanent = responseCode >= 500 && responseCode !== 503
  // A no before the recipient is named judges us (greeting, login, sender), not this mail: to fail the mail for it would fail every mail.
  const isAboutThisMail = bodyWasRead || error.command === 'RCPT TO' || error.command === 'DATA'
  if (responseCode >= 400 && isAboutThisMail && !loginCodes.has(responseCode)) return { result: isPermanent ? 'refused' : 'retry', reason }
  if (bodyWasRead) return { result: 'ambiguous', reason }
  return { result: isPermanent || blockedCodes.has(code) || certificateCode.test(originalCode) ? 'blocked' : 'retry', reason }
}

function reasonOf({ code = 'no code', originalCode, responseCode, response }: SmtpError, recipient: string): string {
  if (responseCode !== undefined) return `the server answered ${withoutAddresses(response ?? String(responseCode), recipient)}`
  if (code === 'EABORT') return 'the sending took too long or was stopped'
  return `the connection failed (${originalCode === undefined ? code : `${code}, ${originalCode}`})`
}

const mostText = 200

/** A server's words on one short line, without addresses and without the recipient's name. */
export function withoutAddresses(text: string, recipient: string): string {
  const name = recipient.split('@')[0] ?? ''
  // Cut first, because the patterns take quadratic time, and cut whole words, because half an address is not known as one.
  const start = text.length > mostText ? text.slice(0, mostText).replace(/\S*$/, '…') : text
  const line = start.replace(/[^\x20-\x7e…]+/g, ' ').replace(/[^\s<>()"',;:]*@[^\s<>()"',;]*/g, '[address]')
  return name === '' ? line : line.replace(new RegExp(`(?<![A-Za-z0-9])${escapePattern(name)}(?![A-Za-z0-9])`, 'gi'), '[address]')
}

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
