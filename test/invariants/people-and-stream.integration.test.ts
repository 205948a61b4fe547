import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { pino } from 'pino'
import { runBulk } from '../../services/api/bulk-actions/run-bulk.ts'
import { retried } from '../../services/api/transactions.ts'
import {
  cancelBulk,
  listBulkResults,
  listBulks,
  startBulkOfLeads,
  startBulkOfMatching,
  startUndo,
} from '../../services/leads/bulk-actions.ts'
import { changeLead } from '../../services/leads/change-leads.ts'
import type { LeadChange } from '../../services/leads/decide-change.ts'
import { uuidBytes } from '../../services/leads/event-identity.ts'
import { addFollowUp } from '../../services/leads/follow-ups.ts'
import type { LeadEventPayload } from '../../services/leads/lead-events.ts'
import { Refusal } from '../../services/leads/refusal.ts'
import { scoreLeads } from '../../services/leads/score-leads.ts'
import type { Tenant } from '../../services/leads/tenants.ts'
import { failureOf } from '../../services/platform/errors.ts'
import { withTransaction, type Transaction } from '../../services/platform/mysql/transaction.ts'
import { form, order } from '../support/events.ts'
import { jobContext, tenantOf } from '../support/jobs.ts'
import { Random } from '../support/random.ts'
import { brokenInvariants } from '../support/totals.ts'
import { work } from '../support/work.ts'
import { createWorld, type World } from '../support/world.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
const random = new Random(seed)
const visitors = Array.from({ length: 120 }, (_, index) => `visitor-${index}`)
const statuses = {
  helpdesk: ['new', 'handled', 'closed'],
  pipeline: ['new', 'contacted', 'qualifying', 'qualified', 'follow_up', 'converted', 'lost', 'archived'],
}
const agents = ['agent-1', 'agent-2', null]
const errors: string[] = []
const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) })

let world: World
let tenants: Tenant[]
beforeAll(async () => {
  process.stderr.write(`people and stream meet from SEED=${seed}\n`)
  world = await createWorld(['desk', 'pipe'])
  tenants = [await tenantOf(world, 'desk', { onClosed: 'reopen' }), await tenantOf(world, 'pipe', { workflow: 'pipeline' })]
})
afterAll(() => world.close())

/** Forms and orders of the same people, from one partition; a unit that a lock broke is run again, as the worker does. */
async function stream(topic: 'chat.form-submitted' | 'order.changed', partition: number, units = 25): Promise<void> {
  for (let unit = 0; unit < units; unit++) {
    const events = Array.from({ length: random.int(1, 30) }, () => {
      const tenant = random.pick(['desk', 'pipe'])
      const visitor_id = random.pick(visitors)
      return topic === 'chat.form-submitted'
        ? form({ tenant, visitor: { visitor_id } })
        : order({
            tenant,
            order_id: `o${random.int(1, 60)}`,
            status: random.pick(['PLACED', 'PAID', 'CANCELLED']),
            customer: { visitor_id },
          })
    })
    for (let isDone = false; !isDone;) {
      try {
        await work(world, topic, events as never, { partition })
        isDone = true
      } catch (error) {
        if (failureOf(error) !== 'transient') throw error
      }
    }
  }
}

/** What a route does: one transaction, run again where a lock broke it; a no of the domain is an answer. */
async function act(run: (tx: Transaction) => Promise<unknown>): Promise<void> {
  try {
    await retried(() => withTransaction(world.db, 10_000, run))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

async function someLeads(tenant: Tenant, most: number): Promise<Buffer[]> {
  const rows = await world.tx.select<{ lead_id: Buffer }>('SELECT lead_id FROM leads WHERE tenant_id = ? ORDER BY lead_id', [
    tenant.tenantId,
  ])
  return Array.from({ length: rows.length === 0 ? 0 : random.int(1, most) }, () => random.pick(rows).lead_id)
}

const statusOf = (tenant: Tenant) => random.pick(statuses[tenant.workflow as keyof typeof statuses])

/** Moves, assigns, scores and plans, one lead at a time. */
async function agent(name: string): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    const tenant = random.pick(tenants)
    const [leadId] = await someLeads(tenant, 1)
    if (leadId === undefined) continue
    const reason = null
    const changes: LeadChange[] = [
      { change: 'status', to: statusOf(tenant), reason },
      { change: 'status', to: statusOf(tenant), reason, score: random.int(0, 100) },
      { change: 'assignee', to: random.pick(agents), reason },
      { change: 'score', to: random.pick([null, random.int(0, 100)]), reason },
    ]
    const plan = { dueAt: Date.now(), note: '', agent: null, remindAt: null }
    if (random.chance(0.1)) await act((tx) => addFollowUp(tx, tenant, name, leadId, plan, new Date()))
    else await act((tx) => changeLead(tx, tenant, name, leadId, random.pick(changes), new Date()))
  }
}

async function scorer(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) {
    const tenant = random.pick(tenants)
    const leadIds = await someLeads(tenant, 20)
    if (leadIds.length === 0) continue
    const rows = await world.tx.select<{ aggregateid: Buffer; sequence: number }>(
      'SELECT aggregateid, sequence FROM lead_events WHERE tenant_id = ? AND aggregateid IN (?) ORDER BY aggregateid, sequence',
      [tenant.tenantId, leadIds],
    )
    const activities = rows.map(({ aggregateid, sequence }) => ({ leadId: aggregateid, sequence }))
    await act((tx) => scoreLeads(tx, tenant, activities, new Date()))
  }
}

/** Starts bulk actions over some leads and over all, cancels and undoes them. */
async function boss(name: string): Promise<void> {
  for (let turn = 0; turn < 15; turn++) {
    const tenant = random.pick(tenants)
    const leadIds = await someLeads(tenant, 80)
    const change = random.chance(0.6)
      ? ({ change: 'status', to: statusOf(tenant), reason: 'bulk' } as const)
      : ({ change: 'assignee', to: random.pick(agents), reason: 'bulk' } as const)
    if (random.chance(0.5)) await act((tx) => startBulkOfLeads(tx, tenant, name, change, leadIds, new Date()))
    else await act((tx) => startBulkOfMatching(tx, tenant, name, change, {}, new Date()))
    const [latest] = random.chance(0.7) ? await listBulks(world.tx, tenant.tenantId, undefined, 10) : []
    if (latest === undefined) continue
    const bulkId = uuidBytes(latest.bulkId) as Buffer
    if (random.chance(0.2)) await act((tx) => cancelBulk(tx, tenant.tenantId, bulkId, new Date()))
    else {
      while (random.chance(0.8) && (await runBulk({ ...jobContext(world), log })));
      await act((tx) => startUndo(tx, tenant, name, bulkId, new Date()))
    }
  }
}

async function bulkLoop(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    if (!(await runBulk({ ...jobContext(world), log }))) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  while (await runBulk({ ...jobContext(world), log }));
}

it('people, bulk actions and the stream work on the same leads, and nobody sees an error', async () => {
  await stream('chat.form-submitted', 2, 10)
  let isOver = false
  const loops = [bulkLoop(() => isOver), bulkLoop(() => isOver)]
  await Promise.all([
    stream('chat.form-submitted', 0),
    stream('chat.form-submitted', 1),
    stream('order.changed', 0),
    agent('user:1'),
    agent('user:2'),
    boss('user:3'),
    boss('user:4'),
    scorer(),
  ])
  isOver = true
  await Promise.all(loops)
  expect(errors).toEqual([])
  expect(await world.count('lead_events', "actor LIKE 'user:%'")).toBeGreaterThan(200)
})

it('no rule is broken: one active lead at most, sequences without a hole, scores that add up', async () => {
  expect(await brokenInvariants(world)).toEqual({})
})

it('the history of each lead, read from its beginning, ends in the lead as it is; nobody works on one that is inactive', async () => {
  const rows = await world.tx.select<{ tenant_id: number; lead: string; sequence: number; type: string; actor: string; payload: string }>(
    'SELECT tenant_id, HEX(aggregateid) AS lead, sequence, type, actor, payload FROM lead_events ORDER BY tenant_id, aggregateid, sequence',
  )
  const now = new Map<string, LeadEventPayload['snapshot']>()
  const wrong: string[] = []
  for (const { tenant_id, lead, sequence, type, actor, payload } of rows) {
    const { snapshot, previousStatus } = JSON.parse(payload) as LeadEventPayload
    const before = now.get(`${tenant_id} ${lead}`)
    const say = (what: string) => wrong.push(`${lead}/${sequence} ${type} by ${actor}: ${what}`)
    if (before === undefined && type !== 'opened') say('before it was opened')
    if (before !== undefined) {
      if (previousStatus !== before.status) say(`from ${previousStatus}, but it was ${before.status}`)
      if (type !== 'status_changed' && (snapshot.status !== before.status || snapshot.active !== before.active)) say('changed the status')
      if (type !== 'assigned' && snapshot.assignee !== before.assignee) say('changed the agent')
      if (type !== 'score_changed' && snapshot.score !== before.score) say('changed the score')
      const isRevival = type === 'status_changed' && snapshot.active
      // What happened while it was active may be scored behind its end.
      if (!before.active && !isRevival && !(type === 'score_changed' && actor.startsWith('rule:'))) say('inactive')
    }
    now.set(`${tenant_id} ${lead}`, snapshot)
  }
  expect(wrong).toEqual([])
  const leads = await world.tx.select<{
    tenant_id: number
    lead: string
    status: string
    active: number
    score: number
    tags: string
    assignee: string | null
  }>('SELECT tenant_id, HEX(lead_id) AS lead, status, active, score, tags, assignee FROM leads')
  expect(leads.length).toBeGreaterThan(100)
  for (const { tenant_id, lead, active, tags, ...rest } of leads)
    expect({ lead, ...now.get(`${tenant_id} ${lead}`) }).toEqual({ lead, ...rest, active: active === 1, tags: tags.split(',') })
})

it('each lead of each bulk action that ended has one result, and what it changed stands in the history', async () => {
  let changed = 0
  for (const tenant of tenants) {
    for (const bulk of await listBulks(world.tx, tenant.tenantId, undefined, 1_000)) {
      expect(['done', 'cancelled']).toContain(bulk.state)
      const results = await listBulkResults(world.tx, tenant, uuidBytes(bulk.bulkId) as Buffer, undefined, undefined, 100_000)
      const count = (result: string) => results.filter((one) => one.result === result).length
      const { total, waiting, ...ended } = bulk.counts
      expect(ended).toEqual({ changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') })
      if (bulk.state === 'done') expect({ waiting, total }).toEqual({ waiting: 0, total: results.length })
      expect(results.filter(({ code }) => code === 'unknown-failure')).toEqual([])
      for (const { leadId, sequence, result } of results.filter((one) => one.result === 'changed')) {
        changed++
        expect(result).toBe('changed')
        expect(
          await world.count(
            'lead_events',
            `aggregateid = X'${leadId.replaceAll('-', '')}' AND sequence = ${sequence} AND actor = '${bulk.actor}'`,
          ),
        ).toBe(1)
      }
    }
  }
  expect(changed).toBeGreaterThan(50)
})
