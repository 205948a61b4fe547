import { randomUUID } from 'node:crypto'
import { linkTo } from '../../accounts/ticket-link.ts'
import type { MailDoor } from '../../platform/mail/smtp-door.ts'
import { renderHtml, renderText, type MailPage } from './mail-page.ts'

/** What became of a mail. `reason` is for people; it holds no address. */
export type MailOutcome = { sent: true } | { sent: false; reason: string }

export type AccountMails = {
  sendInvitation(to: string, invitation: { tenantName: string; invitedBy: string; ticket: string }): Promise<MailOutcome>
  sendReset(to: string, reset: { tenantName: string; ticket: string }): Promise<MailOutcome>
}

type Surroundings = { door: MailDoor; publicUrl: string; clock(): Date }

/**
 * The mails that let somebody in, sent at once and once: nobody waits in a queue to sign in, and a link can be asked for again.
 */
export function createAccountMails({ door, publicUrl, clock }: Surroundings): AccountMails {
  const send = async (to: string, page: MailPage): Promise<MailOutcome> => {
    const sent = await door.send({
      to,
      subject: page.title,
      html: renderHtml(page),
      text: renderText(page),
      messageId: `<${randomUUID()}@${new URL(publicUrl).hostname.replace(/[^\w.-]/g, '')}>`,
      date: clock(),
    })
    return sent.result === 'sent' ? { sent: true } : { sent: false, reason: sent.reason }
  }
  return {
    sendInvitation: (to, { tenantName, invitedBy, ticket }) =>
      send(to, {
        title: `Join ${tenantName} on Tributary`,
        body: `${invitedBy} has invited you to work on the leads of ${tenantName}. Choose a password and you are in.`,
        button: 'Accept the invitation',
        href: linkTo(publicUrl, 'invitation', ticket),
        footer: 'The invitation works once, within 7 days. If you did not expect it, do nothing: without you it opens nothing.',
      }),
    sendReset: (to, { tenantName, ticket }) =>
      send(to, {
        title: `Your new password for ${tenantName}`,
        body: `Somebody, you we hope, has asked for a new password for your account at ${tenantName} on Tributary.`,
        button: 'Choose a new password',
        href: linkTo(publicUrl, 'password-reset', ticket),
        footer: 'The link works once, within an hour. If you did not ask for it, do nothing: your password stays as it is.',
      }),
  }
}
