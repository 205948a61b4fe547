import { expect, it } from '@jest/globals'
import { mustEncrypt } from '../../../../services/platform/mail/smtp-door.ts'

it.each([
  ['smtp://user:word@mail.example', true],
  ['smtp://user:word@mail.example:2525', true],
  ['smtp://user:word@127.mail.example', true],
  ['smtp://mail.example', false],
  ['smtps://user:word@mail.example', false],
  ['smtp://user:word@127.0.0.1:1025', false],
  ['smtp://user:word@localhost:1025', false],
  ['smtp://user:word@[::1]:1025', false],
])('a login in %s must be encrypted first: %s', (url, isSo) => {
  expect(mustEncrypt(new URL(url))).toBe(isSo)
})
