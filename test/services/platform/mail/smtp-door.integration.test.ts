import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { createMailDoor, type MailDoor, type OutgoingMail } from '../../../../services/platform/mail/smtp-door.ts'
import { startScriptedSmtp, type ScriptedSmtp, type SmtpScript } from '../../../support/scripted-smtp-server.ts'

const from = 'leads@tributary.example'
const impatient = { greetingMs: 300, answerMs: 300, mailMs: 900 }
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
  door = createMailDoor(server.url, from, { connections: 1 })
})
afterEach(async () => {
  door.close()
  await server.stop()
})

const answers: [SmtpScript, string][] = [
  ['ok', 'sent'],
  ['greeting-421', 'retry'],
  ['greeting-554', 'blocked'],
  ['mail-451', 'retry'],
  ['mail-530', 'blocked'],
  ['mail-550', 'blocked'],
  ['rcpt-450', 'retry'],
  ['rcpt-550', 'refused'],
  ['drop-at-rcpt', 'retry'],
  ['drop-at-data', 'retry'],
  ['data-554', 'refused'],
  ['421', 'retry'],
  ['451', 'retry'],
  ['503', 'retry'],
  ['550', 'refused'],
  ['drop-after-body', 'ambiguous'],
  ['reset-after-body', 'ambiguous'],
]

const silences: [SmtpScript, string][] = [
  ['hang-at-greeting', 'retry'],
  ['hang-at-rcpt', 'retry'],
  ['hang-after-body', 'ambiguous'],
  ['half-an-answer', 'ambiguous'],
  ['trickle-after-body', 'ambiguous'],
]

describe('what the mail server makes of a mail', () => {
  it.each(answers)('%s is told as %s, without the address', async (script, result) => {
    server.script = script
    const answer = await door.send(mail())
    expect(answer.result).toBe(result)
    expect(JSON.stringify(answer)).not.toMatch(/someone|example\.com/i)
  })

  it.each(silences)('%s is told as %s when the time is over, and the next mail is sent', async (script, result) => {
    const timed = createMailDoor(server.url, from, { connections: 1, timeouts: impatient })
    server.script = script
    expect((await timed.send(mail())).result).toBe(result)
    server.script = 'ok'
    expect(await timed.send(mail())).toMatchObject({ result: 'sent' })
    timed.close()
  })

  it.each(answers)('%s is told as %s by a server that takes several commands at once', async (script, result) => {
    server.extensions = ['PIPELINING']
    server.script = script
    expect((await door.send(mail())).result).toBe(result)
  })

  it.each(answers)('after %s the next mail is sent', async (script) => {
    server.script = script
    await door.send(mail())
    server.script = 'ok'
    expect(await door.send(mail())).toEqual({ result: 'sent', response: '250 2.0.0 taken' })
  })

  it('a server that is not there surely has not got it', async () => {
    await server.stop()
    expect(await door.send(mail())).toEqual({ result: 'retry', reason: 'the connection failed (ESOCKET, ECONNREFUSED)' })
  })

  it('a refused login blocks all mail and is told without the user', async () => {
    server.script = 'auth-535'
    const withLogin = createMailDoor(server.url.replace('smtp://', 'smtp://user:secret@'), from, { connections: 1 })
    const answer = await withLogin.send(mail())
    expect(answer).toEqual({ result: 'blocked', reason: 'the server answered 535 5.7.8 [address] is unknown' })
    withLogin.close()
  })

  it('a certificate that nobody vouches for blocks all mail', async () => {
    const tls = new SMTPServer({ secure: true, authOptional: true, logger: false })
    tls.on('error', () => undefined)
    const listener = tls.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const secure = createMailDoor(`smtps://127.0.0.1:${(listener.address() as AddressInfo).port}`, from, { connections: 1 })
    expect(await secure.send(mail())).toMatchObject({ result: 'blocked' })
    secure.close()
    await new Promise<void>((resolve) => {
      tls.close(() => resolve())
    })
  })

  it('a connection that the server closed while idle costs nothing', async () => {
    await door.send(mail())
    await server.dropConnections()
    expect(await door.send(mail())).toMatchObject({ result: 'sent' })
  })

  it('sending stops when it is told to', async () => {
    server.script = 'hang-at-rcpt'
    const stop = new AbortController()
    const sending = door.send(mail(), stop.signal)
    stop.abort()
    expect(await sending).toEqual({ result: 'retry', reason: 'the sending took too long or was stopped' })
  })
})

describe('the door', () => {
  it('keeps its connection from mail to mail', async () => {
    for (let count = 0; count < 20; count++) await door.send(mail())
    expect(server.bodies).toHaveLength(20)
    expect(server.commands.filter((line) => line.startsWith('EHLO'))).toHaveLength(1)
  })

  it('opens no more connections than it may', async () => {
    const wide = createMailDoor(server.url, from, { connections: 3 })
    const results = await Promise.all(Array.from({ length: 30 }, () => wide.send(mail())))
    expect(results.map(({ result }) => result)).toEqual(Array.from({ length: 30 }, () => 'sent'))
    expect(server.connections()).toBeLessThanOrEqual(3)
    wide.close()
  })

  it('tells before the first mail whether the server can be worked with', async () => {
    await expect(door.verify()).resolves.toBeUndefined()
    server.script = 'greeting-554'
    await expect(door.verify()).rejects.toMatchObject({ code: 'smtp-unavailable', message: expect.stringContaining('554 no service') })
  })
})

describe('a mail', () => {
  it('has the same Message-ID and Date each time it is sent', async () => {
    for (const script of ['451', 'drop-after-body', 'ok'] as const) {
      server.script = script
      await door.send(mail())
    }
    const heads = await Promise.all(server.bodies.map(async (body) => PostalMime.parse(body)))
    expect(heads.map(({ messageId, date }) => [messageId, date])).toEqual(
      Array.from({ length: 3 }, () => ['<fixed@tributary.example>', '2026-01-01T00:00:00.000Z']),
    )
  })

  it('arrives letter by letter in both parts, dots, long lines and all scripts included', async () => {
    const text = `.\n..\n${'long '.repeat(400)}\nçã 漢字 🙂 مرحبا`
    const subject = `Olá 漢字 🙂 ${'ação '.repeat(20)}!`
    await door.send(mail({ subject, text, html: `<p>${text}</p>` }))
    const got = await PostalMime.parse(server.bodies[0] ?? '')
    expect(got.text?.trimEnd()).toBe(text)
    expect(got.html?.trimEnd()).toBe(`<p>${text}</p>`)
    expect(got.subject).toBe(subject)
    expect(got.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated')
  })

  const injection = 'Hello\r\nBcc: all@example.com\n\nX: y\u2028X: z\u0000'
  it.each<[string, Partial<OutgoingMail>]>([
    ['subject', { subject: injection }],
    ['Message-ID', { messageId: `<a@b>${injection}` }],
    ['headers', { headers: { 'X-Lead': injection } }],
    ['text', { text: `${injection}\r\n.\r\nMAIL FROM:<x@example.com>\r\n` }],
    ['HTML', { html: `${injection}\r\n.\r\nMAIL FROM:<x@example.com>\r\n` }],
  ])('gets no header, recipient or second mail from its %s', async (_part, change) => {
    expect(await door.send(mail(change))).toMatchObject({ result: 'sent' })
    expect(server.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([`MAIL FROM:<${from}>`, 'RCPT TO:<someone@example.com>'])
    expect(server.bodies).toHaveLength(1)
    const { bcc, headers, to } = await PostalMime.parse(server.bodies[0] ?? '')
    expect(bcc ?? []).toEqual([])
    expect(to?.map(({ address }) => address)).toEqual(['someone@example.com'])
    expect(headers.filter(({ key }) => key === 'x' || key === 'bcc')).toEqual([])
  })

  it.each(['', 'a@example.com,b@example.com', 'Name <a@example.com>', '"a"@example.com', 'a@example.com>\r\nRCPT TO:<b@example.com'])(
    'to %j is refused before a server hears of it',
    async (to) => {
      expect(await door.send(mail({ to }))).toEqual({ result: 'refused', reason: 'the recipient is no address of the form name@domain' })
      expect(server.commands).toEqual([])
    },
  )

  it('does not open files or addresses that stand in its parts', async () => {
    await door.send(mail({ html: '<img src="file:///etc/passwd"><img src="data:image/png;base64,AAAA">', text: 'file:///etc/passwd' }))
    expect(server.bodies[0]).not.toContain('root:')
  })
})
