import { describe, expect, it } from '@jest/globals'
import { isAddress } from '../../../../services/platform/mail/mail-address.ts'

describe('an address that can be mailed to', () => {
  it.each(['a@example.com', 'first.last+tag@mail.example.co', "o'neil_{x}@xn--bcher-kva.example", `${'a'.repeat(64)}@example.com`])(
    '%s is one',
    (text) => expect(isAddress(text)).toBe(true),
  )

  it.each([
    '',
    'nobody',
    '@example.com',
    'a@',
    'a@b',
    'a@@example.com',
    'a@b@example.com',
    'a b@example.com',
    ' a@example.com',
    'a@example.com\n',
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    'a@-example.com',
    'a@example-.com',
    'a@example..com',
    'a@example.com.',
    'a@exam_ple.com',
    'a@[127.0.0.1]',
    '"a"@example.com',
    '"a@evil.example x"@example.com',
    'a(comment)@example.com',
    'A <a@example.com>',
    'a@example.com,b@example.com',
    'a@example.com;b@example.com',
    'group:a@example.com;',
    'a@example.com>\r\nRCPT TO:<b@example.com',
    'josé@example.com',
    'a@bücher.example',
    'a\u0000@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.example`,
    `a@${'b.'.repeat(126)}com`,
  ])('%j is none', (text) => expect(isAddress(text)).toBe(false))

  it('is told apart at once, however long and odd the text is', () => {
    for (const text of ['a'.repeat(1e6), '.'.repeat(1e6), `a@${'a-'.repeat(5e5)}`, `${'a.'.repeat(31)}@${'a.'.repeat(94)}!`])
      expect(isAddress(text)).toBe(false)
  })
})
