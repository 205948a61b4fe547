import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createMailDoor, isAddress, type MailDoor, type OutgoingMail } from '../../../../services/platform/mail/smtp-door.ts'
import { startScriptedSmtp, type ScriptedSmtp, type SmtpScript } from '../../../support/scripted-smtp-server.ts'

const mail = (change: Partial<OutgoingMail> = {}): OutgoingMail => ({
  to: 'someone@example.com',
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  messageId: '<fixed@tributary.example>',
  date: new Date(Date.UTC(2026, 0, 1)),
  ...change,
})

let server: ScriptedSmtp
let door: MailDoor
beforeEach(async () => {
  server = await startScriptedSmtp()
  door = createMailDoor(server.url, 'leads@tributary.example', 1)
})
afterEach(async () => {
  door.close()
  await server.stop()
})

describe('what the mail server makes of a mail', () => {
  it.each<[SmtpScript, string]>([
    ['ok', 'sent'],
    ['421', 'retry'],
    ['451', 'retry'],
    ['550', 'refused'],
    ['rcpt-550', 'refused'],
    ['drop-before-data', 'retry'],
    ['drop-after-data', 'ambiguous'],
    ['reset-after-data', 'ambiguous'],
  ])('%s is told as %s, without the address', async (script, result) => {
    server.script = script
    const answer = await door.send(mail())
    expect(answer.result).toBe(result)
    expect(JSON.stringify(answer)).not.toContain('someone@')
  })

  it('a server that is not there surely has not got it', async () => {
    await server.stop()
    expect(await door.send(mail())).toMatchObject({ result: 'retry' })
  })

  it('a refused login blocks all mail', async () => {
    server.script = 'auth-needed'
    const withLogin = createMailDoor(server.url.replace('smtp://', 'smtp://user:wrong@'), 'leads@tributary.example', 1)
    expect(await withLogin.send(mail())).toMatchObject({ result: 'blocked' })
    withLogin.close()
  })
})

describe('a mail', () => {
  it('has the same Message-ID and Date each time it is sent', async () => {
    server.script = '451'
    await door.send(mail())
    server.script = 'ok'
    await door.send(mail())
    const heads = server.bodies.map((body) => [/^Message-ID: (.*)$/m.exec(body)?.[1], /^Date: (.*)$/m.exec(body)?.[1]])
    expect(heads).toEqual([heads[0], heads[0]])
    expect(heads[0]?.[0]).toBe('<fixed@tributary.example>')
  })

  it('gets no header from its subject', async () => {
    await door.send(mail({ subject: 'Hello\r\nBcc: all@example.com\u2028X: y' }))
    expect(server.bodies[0]).not.toMatch(/^Bcc:|^X:/m)
  })

  it.each([
    '',
    'nobody',
    'a@b',
    'a b@example.com',
    'a@example.com,b@example.com',
    '"a"@example.com',
    'a@example.com>\r\nRCPT TO:<b@example.com',
    'a@[127.0.0.1]',
    `${'a'.repeat(65)}@example.com`,
  ])('to %j is refused before a server sees it', async (to) => {
    expect(isAddress(to)).toBe(false)
    expect(await door.send(mail({ to }))).toMatchObject({ result: 'refused' })
    expect(server.bodies).toEqual([])
  })
})
