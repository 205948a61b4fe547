import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { pino } from 'pino'
import {
  cancelBulk,
  listBulkResults,
  readBulk,
  startBulkOfLeads,
  startBulkOfMatching,
  startUndo,
  type BulkResult,
} from '../../../../services/leads/bulk-actions.ts'
import { changeLead } from '../../../../services/leads/change-leads.ts'
import { uuidBytes, uuidOf } from '../../../../services/leads/event-identity.ts'
import { followUpsOfLead } from '../../../../services/leads/list-follow-ups.ts'
import { Refusal } from '../../../../services/leads/refusal.ts'
import type { Tenant } from '../../../../services/leads/tenants.ts'
import { collectLeads, releaseBulk, takeDueBulk, workBulkUnit } from '../../../../services/leads/work-bulk.ts'
import { runBulk } from '../../../../services/api/bulk-actions/run-bulk.ts'
import type { MatchingLeads } from '../../../../services/api/matching-leads.ts'
import { withTransaction } from '../../../../services/platform/mysql/transaction.ts'
import { form } from '../../../support/events.ts'
import { everyLead, jobContext, tenantOf, workBulksOff } from '../../../support/jobs.ts'
import { brokenInvariants } from '../../../support/totals.ts'
import { work } from '../../../support/work.ts'
import { createWorld, type World } from '../../../support/world.ts'

let world: World
let tenant: Tenant
let people = 0
const actor = 'user:018f0000-0000-7000-8000-000000000001'
const lost = { change: 'status', to: 'lost', reason: 'No answer' } as const
const contacted = { change: 'status', to: 'contacted', reason: null } as const

beforeAll(async () => {
  world = await createWorld(['demo', 'other'])
})
afterAll(() => world.close())
beforeEach(async () => {
  tenant = await tenantOf(world, 'demo', { workflow: 'pipeline', plan: 'boost' })
})

/** Opens leads through the real stream; answers their ids. */
async function openLeads(count: number, slug = 'demo'): Promise<Buffer[]> {
  const visitors = Array.from({ length: count }, () => `visitor-${++people}`)
  for (let from = 0; from < count; from += 500)
    await work(
      world,
      'chat.form-submitted',
      visitors.slice(from, from + 500).map((visitor_id) => form({ tenant: slug, visitor: { visitor_id } })),
    )
  const rows = await world.tx.select<{ lead_id: Buffer }>('SELECT lead_id FROM leads WHERE visitor_id IN (?) ORDER BY lead_id', [visitors])
  return rows.map(({ lead_id }) => lead_id)
}

const inOne = <Result>(run: (tx: World['tx']) => Promise<Result>) => withTransaction(world.db, 30_000, run)
const countsOf = async (bulkId: Buffer) => (await readBulk(world.tx, tenant.tenantId, bulkId)).counts
const standing = async (leadIds: Buffer[]) =>
  (
    await world.tx.select<{ status: string; active: number; assignee: string | null }>(
      'SELECT status, active, assignee FROM leads WHERE lead_id IN (?) ORDER BY lead_id',
      [leadIds],
    )
  ).map(({ status, active, assignee }) => [status, active, assignee])
async function resultsOf(bulkId: Buffer): Promise<BulkResult[]> {
  return await listBulkResults(world.tx, tenant, bulkId, undefined, undefined, 100_000)
}

describe('a bulk action', () => {
  it('gives each lead one result: changed, unchanged, or refused with the reason', async () => {
    const leads = await openLeads(4)
    const [first, second, third, fourth] = leads as [Buffer, Buffer, Buffer, Buffer]
    await inOne((tx) => changeLead(tx, tenant, actor, second, contacted, new Date()))
    await inOne((tx) => changeLead(tx, tenant, actor, third, lost, new Date()))
    const stranger = Buffer.alloc(16, 9)
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, [...leads, stranger, first], new Date()))
    await workBulksOff(world)
    const results = await resultsOf(bulkId)
    expect(results).toMatchObject([
      { leadId: uuidOf(first), result: 'changed', sequence: 2, code: null },
      { leadId: uuidOf(second), result: 'unchanged' },
      { leadId: uuidOf(third), result: 'refused', code: 'lead-inactive', sequence: null },
      { leadId: uuidOf(fourth), result: 'changed', sequence: 2 },
      { leadId: uuidOf(stranger), result: 'refused', code: 'lead-not-found' },
    ])
    expect(await readBulk(world.tx, tenant.tenantId, bulkId)).toMatchObject({
      state: 'done',
      actor,
      counts: { total: 5, changed: 2, unchanged: 1, refused: 2, waiting: 0 },
    })
  })

  it('brings no closed lead back to life, though its workflow has a move for it', async () => {
    tenant = await tenantOf(world, 'demo', { workflow: 'helpdesk' })
    const leads = await openLeads(1)
    await inOne((tx) => changeLead(tx, tenant, actor, leads[0] as Buffer, { change: 'status', to: 'closed', reason: null }, new Date()))
    const reopen = { change: 'status', to: 'new', reason: null } as const
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, reopen, leads, new Date()))
    await workBulksOff(world)
    expect(await resultsOf(bulkId)).toMatchObject([{ result: 'refused', code: 'lead-inactive' }])
  })

  it('over a filter changes what matched when it was collected, and nothing that came later', async () => {
    const before = await openLeads(30)
    const bulkId = await inOne((tx) =>
      startBulkOfMatching(tx, tenant, actor, { change: 'assignee', to: 'agent-1', reason: null }, {}, new Date()),
    )
    const taken = await takeDueBulk(world.tx, Buffer.alloc(16, 1), 0, new Date())
    expect(taken?.state).toBe('collecting')
    // What somebody had collected who died is forgotten: it was of another moment.
    await inOne((tx) => collectLeads(tx, taken as NonNullable<typeof taken>, [Buffer.alloc(16, 3), ...before], 0, new Date()))
    let late: Buffer[] = []
    const disturbed: MatchingLeads = async (...asked) => {
      const page = await everyLead(...asked)
      if (late.length === 0) late = await openLeads(5)
      return page
    }
    await workBulksOff(world, jobContext(world, { matching: disturbed }))
    const results = await resultsOf(bulkId)
    const changed = new Set(results.map(({ leadId }) => leadId))
    expect(changed.has(uuidOf(Buffer.alloc(16, 3)))).toBe(false)
    expect((await countsOf(bulkId)).total).toBe(results.length)
    expect(before.every((id) => changed.has(uuidOf(id)))).toBe(true)
    expect(late.some((id) => changed.has(uuidOf(id)))).toBe(false)
    expect(await standing(late)).toEqual(late.map(() => ['new', 1, null]))
  })

  it.each([
    [new Refusal('search-too-long', 'The search has too many words.'), 'The search has too many words.', 0],
    [new Error('broken'), 'The leads could not be found for a reason that is ours; it is written in the log.', 1],
  ])('whose leads cannot be found has failed with the reason (%s)', async (error, reason, logged) => {
    await openLeads(1)
    const bulkId = await inOne((tx) => startBulkOfMatching(tx, tenant, actor, contacted, {}, new Date()))
    const errors: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) })
    await workBulksOff(world, jobContext(world, { log, matching: () => Promise.reject(error) }))
    expect(await readBulk(world.tx, tenant.tenantId, bulkId)).toMatchObject({ state: 'failed', reason, counts: { total: 0 } })
    expect(errors).toHaveLength(logged)
  })

  it('that is cancelled leaves the rest as it was', async () => {
    const leads = await openLeads(10)
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, leads, new Date()))
    const taken = await inOne((tx) => takeDueBulk(tx, Buffer.alloc(16, 1), 30_000, new Date()))
    await inOne((tx) => workBulkUnit(tx, taken as NonNullable<typeof taken>, 4, 30_000, new Date()))
    await inOne((tx) => cancelBulk(tx, tenant.tenantId, bulkId, new Date()))
    expect(await inOne((tx) => workBulkUnit(tx, taken as NonNullable<typeof taken>, 4, 30_000, new Date()))).toBe('lost')
    await workBulksOff(world)
    expect(await countsOf(bulkId)).toEqual({ total: 10, changed: 4, unchanged: 0, refused: 0, waiting: 6 })
    expect((await standing(leads)).map(([status]) => status)).toEqual([
      ...Array<string>(4).fill('contacted'),
      ...Array<string>(6).fill('new'),
    ])
    await expect(inOne((tx) => cancelBulk(tx, tenant.tenantId, bulkId, new Date()))).rejects.toMatchObject({ code: 'bulk-ended' })
  })

  it('whose worker dies is finished by another, each lead once', async () => {
    const leads = await openLeads(50)
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, leads, new Date()))
    const dead = await inOne((tx) => takeDueBulk(tx, Buffer.alloc(16, 1), 30_000, new Date()))
    await inOne((tx) => workBulkUnit(tx, dead as NonNullable<typeof dead>, 20, 30_000, new Date()))
    // Nobody else gets it before the claim is over.
    expect(await runBulk(jobContext(world))).toBe(false)
    const later = () => new Date(Date.now() + 31_000)
    const heir = await inOne((tx) => takeDueBulk(tx, Buffer.alloc(16, 2), 30_000, later()))
    // The first one was only slow: it comes too late to do anything.
    expect(await inOne((tx) => workBulkUnit(tx, dead as NonNullable<typeof dead>, 20, 30_000, new Date()))).toBe('lost')
    expect(await countsOf(bulkId)).toMatchObject({ changed: 20, waiting: 30 })
    await inOne((tx) => releaseBulk(tx, heir as NonNullable<typeof heir>, new Date()))
    await workBulksOff(world)
    expect(await countsOf(bulkId)).toEqual({ total: 50, changed: 50, unchanged: 0, refused: 0, waiting: 0 })
    expect(
      await world.count(
        'lead_events',
        `type = 'status_changed' AND aggregateid IN (${leads.map((id) => `X'${id.toString('hex')}'`).join(',')})`,
      ),
    ).toBe(50)
  })

  it('leaves out a lead that cannot be changed for a reason of ours, says so, and changes the others', async () => {
    const leads = await openLeads(30)
    // Its next row of history is there already, which no rule of ours allows.
    await world.tx.execute('UPDATE leads SET sequence = 0 WHERE lead_id = ?', [leads[17] as Buffer])
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, leads, new Date()))
    const errors: string[] = []
    await workBulksOff(world, jobContext(world, { log: pino({ level: 'error' }, { write: (line: string) => void errors.push(line) }) }))
    expect(await countsOf(bulkId)).toEqual({ total: 30, changed: 29, unchanged: 0, refused: 1, waiting: 0 })
    expect(await listBulkResults(world.tx, tenant, bulkId, 'refused', undefined, 10)).toMatchObject([
      { leadId: uuidOf(leads[17] as Buffer), code: 'unknown-failure' },
    ])
    expect(errors).toHaveLength(1)
    await world.tx.execute('UPDATE leads SET sequence = 1 WHERE lead_id = ?', [leads[17] as Buffer])
  })

  it('adds a follow-up to each active lead', async () => {
    const leads = await openLeads(3)
    await inOne((tx) => changeLead(tx, tenant, actor, leads[1] as Buffer, lost, new Date()))
    const plan = { dueAt: Date.now() + 86_400_000, note: 'Call', agent: null, remindAt: null }
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, { change: 'follow_up', plan }, leads, new Date()))
    await workBulksOff(world)
    expect((await resultsOf(bulkId)).map(({ result, code }) => code ?? result)).toEqual(['changed', 'lead-inactive', 'changed'])
    const undoId = await inOne((tx) => startUndo(tx, tenant, actor, bulkId, new Date()))
    await workBulksOff(world)
    expect(await countsOf(undoId)).toMatchObject({ total: 2, changed: 2 })
    expect((await followUpsOfLead(world.tx, tenant.tenantId, leads[0] as Buffer, new Date())).map(({ state }) => state)).toEqual([
      'cancelled',
    ])
  })

  it('changes and shows only what the plan shows', async () => {
    const leads = await openLeads(8)
    tenant = await tenantOf(world, 'demo', { plan: 'free' })
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, leads, new Date()))
    const allId = await inOne((tx) => startBulkOfMatching(tx, tenant, actor, contacted, {}, new Date()))
    await workBulksOff(world)
    expect((await standing(leads)).map(([status]) => status)).toEqual([
      ...Array<string>(3).fill('new'),
      ...Array<string>(5).fill('contacted'),
    ])
    expect(await resultsOf(bulkId)).toHaveLength(5)
    expect(await countsOf(allId)).toMatchObject({ total: 5, unchanged: 5 })
  })

  it('of one tenant is nothing to another, nor are its leads', async () => {
    const foreign = await openLeads(2, 'other')
    const other = await tenantOf(world, 'other')
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, foreign, new Date()))
    await workBulksOff(world)
    expect((await resultsOf(bulkId)).map(({ code }) => code)).toEqual(['lead-not-found', 'lead-not-found'])
    expect((await standing(foreign)).map(([status]) => status)).toEqual(['new', 'new'])
    for (const read of [readBulk, cancelBulk] as const)
      await expect(read(world.tx, other.tenantId, bulkId, new Date())).rejects.toMatchObject({ code: 'bulk-not-found' })
    await expect(inOne((tx) => startUndo(tx, other, actor, bulkId, new Date()))).rejects.toMatchObject({ code: 'bulk-not-found' })
    expect(await listBulkResults(world.tx, other, bulkId, undefined, undefined, 10)).toEqual([])
  })
})

describe('an undo', () => {
  it('puts each changed lead back to what it was, and leaves alone what somebody has changed since', async () => {
    const leads = await openLeads(6)
    await inOne((tx) => changeLead(tx, tenant, actor, leads[1] as Buffer, contacted, new Date()))
    await inOne((tx) => changeLead(tx, tenant, actor, leads[2] as Buffer, { change: 'assignee', to: 'agent-1', reason: null }, new Date()))
    const before = await standing(leads)
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, leads, new Date()))
    await workBulksOff(world)
    // There and back again is a change, too.
    for (const to of ['qualifying', 'contacted'])
      await inOne((tx) => changeLead(tx, tenant, actor, leads[4] as Buffer, { change: 'status', to, reason: null }, new Date()))
    await inOne((tx) => changeLead(tx, tenant, actor, leads[5] as Buffer, { change: 'assignee', to: 'agent-2', reason: null }, new Date()))
    const undoId = await inOne((tx) => startUndo(tx, tenant, actor, bulkId, new Date()))
    await workBulksOff(world)
    expect(await standing(leads)).toEqual([before[0], before[1], before[2], before[3], ['contacted', 1, null], ['contacted', 1, 'agent-2']])
    expect((await resultsOf(undoId)).map(({ leadId, result, code }) => [leadId, code ?? result])).toEqual([
      [uuidOf(leads[0] as Buffer), 'changed'],
      [uuidOf(leads[2] as Buffer), 'changed'],
      [uuidOf(leads[3] as Buffer), 'changed'],
      [uuidOf(leads[4] as Buffer), 'changed-since'],
      [uuidOf(leads[5] as Buffer), 'changed-since'],
    ])
    expect(await readBulk(world.tx, tenant.tenantId, bulkId)).toMatchObject({ undoneBy: uuidOf(undoId), undoes: null })
  })

  it('of a final status brings the lead back, unless its person has another active lead by now', async () => {
    const leads = await openLeads(2)
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, lost, leads, new Date()))
    await workBulksOff(world)
    expect((await standing(leads)).map(([, active]) => active)).toEqual([0, 0])
    const [{ visitor_id } = { visitor_id: '' }] = await world.tx.select<{ visitor_id: string }>(
      'SELECT visitor_id FROM leads WHERE lead_id = ?',
      [leads[0] as Buffer],
    )
    await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id } })])
    const undoId = await inOne((tx) => startUndo(tx, tenant, actor, bulkId, new Date()))
    await workBulksOff(world)
    expect((await resultsOf(undoId)).map(({ result, code }) => code ?? result)).toEqual(['contact-has-active-lead', 'changed'])
    expect(await standing(leads)).toEqual([
      ['lost', 0, null],
      ['new', 1, null],
    ])
  })

  it('is made once, of what has ended, and not of an undo', async () => {
    const leads = await openLeads(1)
    const undo = (bulkId: Buffer) => inOne((tx) => startUndo(tx, tenant, actor, bulkId, new Date()))
    const bulkId = await inOne((tx) => startBulkOfLeads(tx, tenant, actor, contacted, leads, new Date()))
    await expect(undo(bulkId)).rejects.toMatchObject({ code: 'bulk-running' })
    await workBulksOff(world)
    const tries = await Promise.allSettled([undo(bulkId), undo(bulkId), undo(bulkId)])
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(tries.filter((one) => one.status === 'rejected').map(({ reason }) => (reason as { code: string }).code)).toEqual([
      'bulk-not-undoable',
      'bulk-not-undoable',
    ])
    await workBulksOff(world)
    const { undoneBy } = await readBulk(world.tx, tenant.tenantId, bulkId)
    await expect(undo(uuidBytes(undoneBy ?? '') as Buffer)).rejects.toMatchObject({ code: 'bulk-not-undoable' })
  })
})

it('no rule is broken by any of this', async () => {
  expect(await brokenInvariants(world)).toEqual({})
})
