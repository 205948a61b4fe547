import { describe, expect, it } from '@jest/globals'
import { judgeError, withoutAddresses } from '../../../../services/platform/mail/smtp-answer.ts'

const judge = (error: Parameters<typeof judgeError>[0], bodyWasRead = false) =>
  judgeError(error, bodyWasRead, 'bea.lima@example.com').result

describe('the result of a mail that was not taken', () => {
  it('is blocked when the certificate or the encryption of the server is wrong', () => {
    for (const originalCode of [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ])
      expect(judge({ code: 'ESOCKET', originalCode })).toBe('blocked')
    expect(judge({ code: 'ETLS' })).toBe('blocked')
  })

  it('is another try when the connection or the name lookup failed before the body', () => {
    for (const code of ['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'EABORT']) expect(judge({ code })).toBe('retry')
  })

  it('is ambiguous when no answer came after the body, whatever broke the connection', () => {
    for (const error of [{ code: 'ETIMEDOUT' }, { code: 'ESOCKET', originalCode: 'ERR_SSL_BAD_RECORD' }, { code: 'EABORT' }, {}])
      expect(judge(error, true)).toBe('ambiguous')
  })

  it('believes a permanent no only about the mail that it answers', () => {
    expect(judge({ responseCode: 550, command: 'RCPT TO' })).toBe('refused')
    expect(judge({ responseCode: 554, command: 'CONN' }, true)).toBe('refused')
    expect(judge({ responseCode: 550, command: 'MAIL FROM' })).toBe('blocked')
    expect(judge({ responseCode: 530, command: 'RCPT TO' })).toBe('blocked')
  })
})

describe('the words of a server', () => {
  it.each([
    ['550 5.1.1 <bea.lima@example.com>: Recipient rejected', '550 5.1.1 <[address]>: Recipient rejected'],
    ['550 User BEA.LIMA unknown, see postmaster@mx.example', '550 User [address] unknown, see [address]'],
    ['550 no mailbox "bea.lima"@example.com', '550 no mailbox "[address]"[address]'],
    ['451 line one\r\n451 line\u202Etwo', '451 line one 451 line two'],
  ])('%j become %j', (said, shown) => expect(withoutAddresses(said, 'bea.lima@example.com')).toBe(shown))

  it('are kept short, without half an address at the cut', () => {
    expect(withoutAddresses('x'.repeat(1e6), 'a@example.com')).toBe('…')
    expect(withoutAddresses(`550 ${'no '.repeat(62)}bea.lima@example.com`, 'bea.lima@example.com')).toBe(`550 ${'no '.repeat(62)}…`)
  })
})
