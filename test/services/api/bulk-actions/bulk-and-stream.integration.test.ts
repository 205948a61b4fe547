import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { listBulkResults, readBulk, startBulkOfMatching, startUndo, type BulkAction } from '../../../../services/leads/bulk-actions.ts'
import type { Tenant } from '../../../../services/leads/tenants.ts'
import { failureOf } from '../../../../services/platform/errors.ts'
import { withTransaction } from '../../../../services/platform/mysql/transaction.ts'
import { form } from '../../../support/events.ts'
import { tenantOf } from '../../../support/jobs.ts'
import { brokenInvariants } from '../../../support/totals.ts'
import { work } from '../../../support/work.ts'
import { createWorld, ended, eventually, type World } from '../../../support/world.ts'

const count = 10_000
const actor = 'user:018f0000-0000-7000-8000-000000000001'
const everything = { filter: {}, asked: { id: '018f0000-0000-7000-8000-000000000001', kind: 'user' } }
const env = { API_PORT: '0', API_HOST: '127.0.0.1', PUBLIC_URL: 'http://127.0.0.1' }

let world: World
let tenant: Tenant

beforeAll(async () => {
  world = await createWorld(['demo'])
  tenant = await tenantOf(world, 'demo', { workflow: 'pipeline' })
  for (let from = 0; from < count; from += 500)
    await work(
      world,
      'chat.form-submitted',
      Array.from({ length: 500 }, (_, index) => form({ visitor: { visitor_id: `visitor-${from + index}` } })),
    )
})
afterAll(() => world.close())

const inOne = <Result>(run: (tx: World['tx']) => Promise<Result>) => withTransaction(world.db, 30_000, run)
const stateOf = (bulkId: Buffer) => readBulk(world.tx, tenant.tenantId, bulkId)

const startTwo = (): Promise<ChildProcess[]> => Promise.all([world.start('api', env), world.start('api', env)])

/** Follow-up submissions of every second person, unit after unit, until it is over; answers how many. */
async function stream(partition: number, isOver: () => boolean): Promise<number> {
  let submitted = 0
  while (!isOver()) {
    const events = Array.from({ length: 100 }, (_, index) =>
      form({ visitor: { visitor_id: `visitor-${((submitted * 37 + index * 89 + partition * 41) % count) & ~1}` } }),
    )
    try {
      await work(world, 'chat.form-submitted', events, { partition })
      submitted += events.length
    } catch (error) {
      if (failureOf(error) !== 'transient') throw error
    }
  }
  return submitted
}

/** Works a bulk action off beside the stream, with both its processes killed in the middle. */
async function workOff(bulkId: Buffer): Promise<BulkAction> {
  let processes = await startTwo()
  let isOver = false
  const streams = [1, 2].map((partition) => stream(partition, () => isOver))
  try {
    const half = await eventually(
      'half of the leads',
      () => stateOf(bulkId),
      ({ counts }) => counts.total - counts.waiting > count / 4,
    )
    expect(half.state).toBe('running')
    await Promise.all(processes.map((one) => ended(one, 'SIGKILL')))
    expect((await stateOf(bulkId)).state).toBe('running')
    processes = await startTwo()
    return await eventually(
      'the end of the bulk action',
      () => stateOf(bulkId),
      ({ state }) => state === 'done',
    )
  } finally {
    isOver = true
    await Promise.all(streams)
    await Promise.all(processes.map((one) => ended(one, 'SIGTERM')))
  }
}

let bulkId: Buffer

it('a bulk action over 10,000 leads that the stream writes to, its processes killed in the middle, gives each lead one result', async () => {
  const change = { change: 'status', to: 'lost', reason: null } as const
  bulkId = await inOne((tx) => startBulkOfMatching(tx, tenant, actor, change, everything, new Date()))
  const { counts } = await workOff(bulkId)
  expect(counts).toEqual({ total: count, changed: count, unchanged: 0, refused: 0, waiting: 0 })
  const results = await listBulkResults(world.tx, tenant, bulkId, 'changed', undefined, 1_000_000)
  expect(new Set(results.map(({ leadId }) => leadId)).size).toBe(count)
  const [moves] = await world.tx.select<{ moves: number; leads: number }>(
    "SELECT COUNT(*) AS moves, COUNT(DISTINCT aggregateid) AS leads FROM lead_events WHERE type = 'status_changed'",
  )
  expect(moves).toEqual({ moves: count, leads: count })
  expect(await world.count('submissions')).toBeGreaterThan(count + 1_000)
  expect(await brokenInvariants(world)).toEqual({})
})

it('its undo, killed in the middle too, brings back each lead whose person has no other one by now, and no other', async () => {
  const undoId = await inOne((tx) => startUndo(tx, tenant, actor, bulkId, new Date()))
  const { counts } = await workOff(undoId)
  expect(counts).toMatchObject({ total: count, unchanged: 0, waiting: 0 })
  expect(counts.changed).toBeGreaterThan(0)
  const refused = await listBulkResults(world.tx, tenant, undoId, 'refused', undefined, 1_000_000)
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['contact-has-active-lead']))
  expect(await world.count('leads', "active = 0 AND status = 'lost'")).toBe(refused.length)
  expect(await brokenInvariants(world)).toEqual({})
})
