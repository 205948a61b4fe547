import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { changeLead, changeLeads } from '../../../services/leads/change-leads.ts'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { addFollowUp } from '../../../services/leads/follow-ups.ts'
import { addNote } from '../../../services/leads/notes.ts'
import { findTenants, setTenant, type Tenant } from '../../../services/leads/tenants.ts'
import { withTransaction } from '../../../services/platform/mysql/transaction.ts'
import { form } from '../../support/events.ts'
import { brokenInvariants } from '../../support/totals.ts'
import { work, wordsOf } from '../../support/work.ts'
import { createWorld, type World } from '../../support/world.ts'

const now = new Date(Date.UTC(2026, 9, 3))
const actor = 'user:22222222-2222-7222-8222-222222222222'
let world: World
beforeAll(async () => (world = await createWorld(['demo'], 1)))
afterAll(() => world.close())

let people = 0
const submit = (person: string) => work(world, 'chat.form-submitted', [form({ visitor: { visitor_id: person } })])
const tenantNow = async () => (await findTenants(world.tx, ['demo'])).get('demo') as Tenant
const close = async (leadId: Buffer) => {
  const tenant = await tenantNow()
  await withTransaction(world.db, 10_000, (tx) =>
    changeLead(tx, tenant, actor, leadId, { change: 'status', to: 'closed', reason: null }, now),
  )
}
async function leadsOf(person: string) {
  return await world.tx.select<{ lead_id: Buffer; status: string; active: number; sequence: number }>(
    "SELECT leads.lead_id, leads.status, leads.active, leads.sequence FROM leads JOIN contact_keys ON contact_keys.tenant_id = leads.tenant_id AND contact_keys.contact_id = leads.contact_id WHERE contact_keys.kind = 'visitor' AND contact_keys.value = ? ORDER BY leads.lead_id",
    [person],
  )
}
let person: string
let leadId: Buffer
beforeEach(async () => {
  person = `visitor-${++people}`
  await submit(person)
  leadId = (await leadsOf(person))[0]?.lead_id ?? Buffer.alloc(16)
})

describe('a new submission of a person whose lead is closed', () => {
  it('opens a new lead that is linked to the past one', async () => {
    await close(leadId)
    expect(wordsOf(await submit(person))).toEqual(['new_lead'])
    expect((await leadsOf(person)).map(({ status, active }) => [status, active])).toEqual([
      ['closed', 0],
      ['new', 1],
    ])
  })

  it('reopens it where the tenant wants that, and says so in the history', async () => {
    await setTenant(world.tx, 'demo', { onClosed: 'reopen' })
    await close(leadId)
    expect(wordsOf(await submit(person))).toEqual(['follow_up'])
    expect((await leadsOf(person)).map(({ status, active, sequence }) => [status, active, sequence])).toEqual([['new', 1, 4]])
    const history = await world.tx.select<{ type: string; actor: string }>(
      'SELECT type, actor FROM lead_events WHERE aggregateid = ? ORDER BY sequence',
      [leadId],
    )
    expect(history.map((row) => [row.type, row.actor])).toEqual([
      ['opened', 'system'],
      ['status_changed', actor],
      ['status_changed', 'system'],
      ['submission_added', 'system'],
    ])
    await setTenant(world.tx, 'demo', { onClosed: 'new_lead' })
    expect(await brokenInvariants(world)).toEqual({})
  })
})

describe('on a plan that shows the newest five', () => {
  it('an older lead takes no change, note or follow-up: it is not found', async () => {
    for (let more = 0; more < 5; more++) await submit(`visitor-${++people}`)
    await setTenant(world.tx, 'demo', { plan: 'free' })
    const tenant = await tenantNow()
    const attempts = [
      () =>
        withTransaction(world.db, 10_000, (tx) =>
          changeLead(tx, tenant, actor, leadId, { change: 'status', to: 'handled', reason: null }, now),
        ),
      () => withTransaction(world.db, 10_000, (tx) => addNote(tx, tenant, actor, leadId, 'A note', now)),
      () =>
        withTransaction(world.db, 10_000, (tx) =>
          addFollowUp(tx, tenant, actor, leadId, { dueAt: now.getTime(), note: '', agent: null, remindAt: null }, now),
        ),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'lead-not-found' })
    const [{ sequence } = { sequence: 0 }] = await leadsOf(person)
    expect(sequence).toBe(1)
    await setTenant(world.tx, 'demo', { plan: 'boost' })
  })
})

describe('many leads at once', () => {
  it('have one result each, in the order asked, and the same lead twice is changed once', async () => {
    const other = `visitor-${++people}`
    await submit(other)
    await close(leadId)
    const open = (await leadsOf(other))[0]?.lead_id ?? Buffer.alloc(16)
    const tenant = await tenantNow()
    const ids = [open, leadId, Buffer.alloc(16, 9), open]
    const results = await withTransaction(world.db, 10_000, (tx) =>
      changeLeads(tx, tenant, actor, ids, { change: 'assignee', to: uuidOf(Buffer.alloc(16, 7)), reason: null }, now),
    )
    expect(results.map((result) => (result.result === 'refused' ? result.code : result.result))).toEqual([
      'changed',
      'lead-inactive',
      'lead-not-found',
      'unchanged',
    ])
    expect(await brokenInvariants(world)).toEqual({})
  })
})
