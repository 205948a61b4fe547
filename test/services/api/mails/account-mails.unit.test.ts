import { describe, expect, it } from '@jest/globals'
import { createAccountMails } from '../../../../services/api/mails/account-mails.ts'
import type { MailDoor, MailResult, OutgoingMail } from '../../../../services/platform/mail/smtp-door.ts'

const ticket = `1_${'A'.repeat(43)}`
const now = new Date(Date.UTC(2026, 10, 21, 9))

function mailsTo(result: MailResult = { result: 'sent', response: '250 ok' }, publicUrl = 'https://leads.shop.example') {
  const sent: OutgoingMail[] = []
  const door: MailDoor = {
    send: async (mail) => {
      sent.push(mail)
      return result
    },
    verify: async () => undefined,
    close: () => undefined,
  }
  return { sent, mails: createAccountMails({ door, publicUrl, clock: () => now }) }
}

describe('an invitation', () => {
  it('says who invites, to what, until when, and has the link in both parts', async () => {
    const { sent, mails } = mailsTo()
    expect(await mails.sendInvitation('ana@shop.example', { tenantName: 'Shop', invitedBy: 'Bea Lima', ticket })).toEqual({ sent: true })
    expect(sent).toMatchObject([{ to: 'ana@shop.example', subject: 'Join Shop on Tributary', date: now }])
    expect(sent[0]?.messageId).toMatch(/^<[0-9a-f-]{36}@leads\.shop\.example>$/)
    for (const part of [sent[0]?.text, sent[0]?.html]) {
      expect(part).toContain(`https://leads.shop.example/invitation#${ticket}`)
      for (const words of ['Bea Lima has invited you', 'leads of Shop', 'within 7 days']) expect(part).toContain(words)
    }
    expect(sent[0]?.text).toMatch(new RegExp(`^https://leads\\.shop\\.example/invitation#${ticket}$`, 'm'))
  })

  it('keeps a name from being markup, another line or another direction', async () => {
    const { sent, mails } = mailsTo()
    const evil = '"><img src=x onerror=alert(1)>\r\nBcc: all@shop.example\u202e\u2028https://evil.example'
    await mails.sendInvitation('ana@shop.example', { tenantName: evil, invitedBy: evil, ticket })
    expect(sent[0]?.html).not.toContain('<img')
    expect(sent[0]?.html).not.toMatch(/href="(?!https:\/\/leads\.shop\.example\/)/)
    for (const part of [sent[0]?.text, sent[0]?.html]) expect(part).not.toMatch(/[\u202e\u2028]|^Bcc:/m)
  })

  it('that could not be sent says why, and does not throw', async () => {
    const { mails } = mailsTo({ result: 'retry', reason: 'connection refused' })
    expect(await mails.sendReset('ana@shop.example', { tenantName: 'Shop', ticket })).toEqual({ sent: false, reason: 'connection refused' })
  })
})

it.each([
  ['https://leads.shop.example', `https://leads.shop.example/password-reset#${ticket}`],
  ['https://shop.example/leads', `https://shop.example/leads/password-reset#${ticket}`],
  ['https://shop.example/leads/', `https://shop.example/leads/password-reset#${ticket}`],
  ['http://127.0.0.1:8080', `http://127.0.0.1:8080/password-reset#${ticket}`],
])('a link from %s is %s', async (publicUrl, link) => {
  const { sent, mails } = mailsTo(undefined, publicUrl)
  await mails.sendReset('ana@shop.example', { tenantName: 'Shop', ticket })
  expect(sent[0]?.text).toContain(`\n${link}\n`)
})
