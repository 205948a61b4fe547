import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { changeLead } from '../../../services/leads/change-leads.ts'
import { addFollowUp, changeFollowUp, settleFollowUp } from '../../../services/leads/follow-ups.ts'
import { queueReminders } from '../../../services/leads/follow-up-reminders.ts'
import { findTenants, type Tenant } from '../../../services/leads/tenants.ts'
import { uuidBytes } from '../../../services/leads/event-identity.ts'
import { withTransaction, type Transaction } from '../../../services/platform/mysql/transaction.ts'
import { makeUser } from '../../support/accounts.ts'
import { form } from '../../support/events.ts'
import { work } from '../../support/work.ts'
import { createWorld, eventually, mailTo, testStack, type World } from '../../support/world.ts'

const actor = 'user:22222222-2222-7222-8222-222222222222'
const hour = 3_600_000
let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await createWorld(['reminded'], 1)
  tenant = (await findTenants(world.tx, ['reminded'])).get('reminded') as Tenant
})
afterAll(() => world.close())

let people = 0
async function newLead(): Promise<Buffer> {
  const visitor_id = `visitor-${++people}`
  await work(world, 'chat.form-submitted', [form({ tenant: 'reminded', visitor: { visitor_id, name: 'Bea Lima' } })])
  const [row] = await world.tx.select<{ lead_id: Buffer }>('SELECT lead_id FROM leads ORDER BY lead_id DESC LIMIT 1')
  return row?.lead_id ?? Buffer.alloc(16)
}
const inTransaction = <Result>(run: (tx: Transaction) => Promise<Result>) => withTransaction(world.db, 10_000, run)
const plan = (leadId: Buffer, agent: string | null, remindAt: number) =>
  inTransaction((tx) =>
    addFollowUp(tx, tenant, actor, leadId, { dueAt: remindAt + hour, note: 'Send the <b>offer</b>', agent, remindAt }, new Date()),
  )
const recipients = async () =>
  (
    await world.tx.select<{ recipient: string }>("SELECT recipient FROM mails WHERE template = 'follow-up-reminder' ORDER BY queued_at")
  ).map(({ recipient }) => recipient)
const queue = (now = new Date()) => inTransaction((tx) => queueReminders(tx, async () => undefined, 'tributary.example', 10, now))

it('a reminder reaches the agent by mail, with the note and the due time, once', async () => {
  const agent = await makeUser(world.db, tenant.tenantId, 'agent')
  await plan(await newLead(), agent.id, Date.now() - 1_000)
  await world.start('lead-mailer')
  const page = testStack().mailPage
  const mail = await eventually(
    'the reminder',
    async () =>
      ((await (await fetch(`${page}api/messages`)).json()) as { id: number; to: string; subject: string }[]).find(
        ({ to }) => to === agent.email,
      ),
    (found) => found !== undefined,
  )
  expect(mail?.subject).toBe('Reminder: Agent Request – Bea Lima')
  const { html, text } = (await (await fetch(`${page}api/messages/${mail?.id}`)).json()) as { html: string; text: string }
  expect(html).toContain('Send the &lt;b&gt;offer&lt;/b&gt;')
  expect(text).toMatch(/TO DO, due .*\n {2}Send the <b>offer<\/b>/)
  expect(await recipients()).toEqual([agent.email])
})

it('goes to the tenant’s address when nobody in particular is to do it, and again when it is set again', async () => {
  const before = (await recipients()).length
  const followUp = await plan(await newLead(), null, Date.now() + hour)
  expect(await queue()).toBe(0)
  const later = new Date(Date.now() + 2 * hour)
  expect(await queue(later)).toBe(1)
  expect(await queue(later)).toBe(0)
  expect((await recipients()).slice(before)).toEqual([mailTo('reminded')])
  const id = uuidBytes(followUp.followUpId) ?? Buffer.alloc(16)
  const again = { dueAt: later.getTime() + hour, remindAt: later.getTime() }
  await inTransaction((tx) => changeFollowUp(tx, tenant, actor, id, again, new Date()))
  expect(await queue(later)).toBe(1)
  expect((await recipients()).slice(before)).toHaveLength(2)
})

it('is not sent for what is done, and for a lead that has ended', async () => {
  const before = (await recipients()).length
  const later = new Date(Date.now() + 2 * hour)
  const done = await plan(await newLead(), null, Date.now() + hour)
  await inTransaction((tx) => settleFollowUp(tx, tenant, actor, uuidBytes(done.followUpId) ?? Buffer.alloc(16), 'done', new Date()))
  const ended = await newLead()
  await plan(ended, null, Date.now() + hour)
  await inTransaction((tx) => changeLead(tx, tenant, actor, ended, { change: 'status', to: 'closed', reason: null }, new Date()))
  await queue(later)
  expect((await recipients()).length).toBe(before)
})
