import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { addressesOfAdmins } from '../../../services/lead-mailer/addresses-of-admins.ts'
import { sendWebhookNotices, type NoticeContext } from '../../../services/lead-mailer/send-webhook-notices.ts'
import { insertUser } from '../../../services/accounts/user-store.ts'
import { createMailDoor, type MailDoor } from '../../../services/platform/mail/smtp-door.ts'
import { randomUUID } from 'node:crypto'
import { openWebhookDesk, type WebhookDesk } from '../../support/webhook-desk.ts'
import { createWorld, mailTo, silent, testStack, type World } from '../../support/world.ts'

let world: World
let desk: WebhookDesk
let door: MailDoor
let noticeContext: NoticeContext
const tenants = Array.from({ length: 3 }, () => `notice-${randomUUID().slice(0, 8)}`)
const slugs = [...tenants]
let slug: string
beforeAll(async () => {
  world = await createWorld(tenants, 1)
})
afterAll(() => world.close())
beforeEach(() => {
  slug = slugs.pop() as string
  desk = openWebhookDesk(world)
  door = createMailDoor(testStack().SMTP_URL, 'leads@tributary.example')
  noticeContext = {
    db: world.db,
    door,
    log: silent,
    domain: 'tributary.example',
    publicUrl: 'https://leads.shop.example',
    clock: desk.clock,
    addressesOf: addressesOfAdmins,
  }
})
afterEach(async () => {
  door.close()
  await desk.close()
})

const caught = async () => {
  const mails = (await (await fetch(`${testStack().mailPage}api/messages`)).json()) as {
    id: number
    to: string
    subject: string
    messageId: string
  }[]
  return mails.filter(({ to }) => to.includes(slug))
}
const textOf = async (id: number | undefined) =>
  ((await (await fetch(`${testStack().mailPage}api/messages/${id}`)).json()) as { text: string }).text

async function disableByGone() {
  const receiver = await desk.receiver()
  receiver.reactWith(() => ({ status: 410 }))
  const { tenant } = await desk.subscribe(receiver.url, ['*'], slug)
  await desk.submit(undefined, slug)
  await desk.relay()
  await desk.deliver()
  return tenant
}

it('owners and admins get one mail each when a webhook disables itself, and nobody gets a second one', async () => {
  const tenant = await disableByGone()
  for (const [role, state] of [
    ['owner', 'enabled'],
    ['admin', 'enabled'],
    ['admin', 'disabled'],
    ['agent', 'enabled'],
  ] as const) {
    const email = `${role}-${state}@${slug}.example`
    const user = { tenantId: tenant.tenantId, id: randomUUID(), email, name: role, role, state, createdAtMs: desk.clock().getTime() }
    await insertUser(world.tx, user)
  }
  expect(await sendWebhookNotices(noticeContext)).toBe(1)
  const mails = await caught()
  expect(mails.map(({ to }) => to).toSorted()).toEqual([`admin-enabled@${slug}.example`, `owner-enabled@${slug}.example`])
  expect(mails[0]?.subject).toContain('was disabled')
  expect(await textOf(mails[0]?.id)).toContain('410 Gone')
  desk.pass(3_600_000)
  expect(await sendWebhookNotices(noticeContext)).toBe(0)
})

it('without any owner or admin the mail goes to the address of the tenant', async () => {
  await disableByGone()
  await sendWebhookNotices(noticeContext)
  expect((await caught()).map(({ to }) => to)).toEqual([mailTo(slug)])
})

it('a notice that the mail server does not take is sent later, with the same Message-ID', async () => {
  await disableByGone()
  const ids: string[] = []
  const away = { send: async (mail: { messageId: string }) => (ids.push(mail.messageId), { result: 'retry' as const, reason: 'away' }) }
  await sendWebhookNotices({ ...noticeContext, door: away })
  expect(await sendWebhookNotices(noticeContext)).toBe(0)
  desk.pass(300_000)
  expect(await sendWebhookNotices(noticeContext)).toBe(1)
  expect((await caught()).map(({ messageId }) => messageId)).toEqual(ids)
})
