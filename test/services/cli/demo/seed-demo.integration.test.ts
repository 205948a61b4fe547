import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { seedDemo, type Seeded } from '../../../../services/cli/demo/seed-demo.ts'
import { signIn } from '../../../../services/accounts/sign-in.ts'
import { demoTenants } from '../../../../services/cli/demo/demo-tenants.ts'
import { withTransaction, type Transaction } from '../../../../services/platform/mysql/transaction.ts'
import { Fleet } from '../../../support/fleet.ts'
import { createWorld, type World } from '../../../support/world.ts'

const processes = ['chat-form-intake', 'broadcast-intake', 'order-intake', 'lead-scorer', 'status-relay']
const tables = [
  'leads',
  'submissions',
  'orders',
  'receipts',
  'lead_events',
  'score_lines',
  'follow_ups',
  'lead_notes',
  'dead_letters',
  'seen_events',
]

let world: World
let fleet: Fleet

beforeAll(async () => {
  world = await createWorld(['bystander'])
  fleet = new Fleet(world)
  await fleet.start(...processes)
})
afterAll(() => world.close())

const seed = async (now = new Date()): Promise<Seeded[]> => {
  const { db, kafka, registry } = world
  return await seedDemo({ db, kafka, registry, password: 'a phrase of several words', now, patienceMs: 120_000, say: () => undefined })
}
const counts = async () => Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await world.count(table)] as const)))
const perTenant = async (sql: string) =>
  new Map((await world.tx.select<{ slug: string; found: number | string }>(sql)).map(({ slug, found }) => [slug, Number(found)]))

test('the running fleet makes leads of both tenants from the events, in every status, and a second seeding changes nothing', async () => {
  const first = await seed()
  expect(first.map(({ tenant }) => tenant)).toEqual(['demo', 'demo-pipeline'])
  for (const { produced, workedOn } of first)
    expect({ produced: produced > 500, workedOn: workedOn > 100 }).toEqual({ produced: true, workedOn: true })

  const leads = await perTenant(
    'SELECT tenants.slug, COUNT(*) AS found FROM leads JOIN tenants ON tenants.tenant_id = leads.tenant_id GROUP BY tenants.slug',
  )
  expect(leads.get('demo')).toBeGreaterThan(200)
  expect(leads.get('demo-pipeline')).toBeGreaterThan(140)
  expect(leads.get('bystander')).toBeUndefined()
  const statuses = await perTenant(
    'SELECT tenants.slug, COUNT(DISTINCT leads.status) AS found FROM leads JOIN tenants ON tenants.tenant_id = leads.tenant_id GROUP BY tenants.slug',
  )
  expect(Object.fromEntries(statuses)).toEqual({ demo: 3, 'demo-pipeline': 8 })
  expect(await world.count('leads', 'previous_lead_id IS NOT NULL')).toBeGreaterThan(10)
  expect(await world.count('leads', 'score = 0')).toBeLessThan(20)
  expect(await world.count('follow_ups', "state = 'open' AND due_at < NOW(3)")).toBeGreaterThan(3)
  expect(await world.count('dead_letters', "state = 'parked' AND code = 'contract-broken'")).toBe(8)
  expect(await world.count('dead_letters')).toBe(8)

  const before = await counts()
  const second = await seed(new Date(Date.now() + 3 * 86_400_000))
  expect(second.map(({ produced, workedOn }) => ({ produced, workedOn }))).toEqual([
    { produced: 0, workedOn: 0 },
    { produced: 0, workedOn: 0 },
  ])
  expect(await counts()).toEqual(before)
})

test('each history is in the order of time, without a gap, and ends in what the lead shows', async () => {
  const rows = await world.tx.select<{ aggregateid: Buffer; sequence: number; type: string; occurred_at: number; payload: string }>(
    'SELECT aggregateid, sequence, type, occurred_at, payload FROM lead_events ORDER BY tenant_id, aggregateid, sequence',
  )
  const leads = new Map(
    (
      await world.tx.select<{ lead_id: Buffer; status: string; sequence: number; score: number }>(
        'SELECT lead_id, status, sequence, score FROM leads',
      )
    ).map((lead) => [lead.lead_id.toString('hex'), lead]),
  )
  const last = new Map<string, { sequence: number; at: number; status: string; score: number }>()
  for (const { aggregateid, sequence, type, occurred_at, payload } of rows) {
    const id = aggregateid.toString('hex')
    const before = last.get(id)
    expect(sequence).toBe((before?.sequence ?? 0) + 1)
    // A score stands at the time of what it was given for.
    if (type !== 'score_changed') expect(occurred_at).toBeGreaterThanOrEqual(before?.at ?? 0)
    const { snapshot } = JSON.parse(payload) as { snapshot: { status: string; score: number } }
    last.set(id, { sequence, at: Math.max(occurred_at, before?.at ?? 0), status: snapshot.status, score: snapshot.score })
  }
  for (const [id, { sequence, status, score }] of last) expect(leads.get(id)).toMatchObject({ sequence, status, score })
})

test('whoever works at a demo tenant signs in by the password that was given, and leads are theirs', async () => {
  const run = <Result>(work: (tx: Transaction) => Promise<Result>) => withTransaction(world.db, 10_000, work)
  for (const { slug, team } of demoTenants)
    for (const { email } of team) {
      const { result } = await signIn(
        run,
        { tenantSlug: slug, email, password: 'a phrase of several words', address: '127.0.0.1' },
        new Date(),
      )
      expect({ email, result }).toEqual({ email, result: 'signed-in' })
    }
  expect(await world.count('leads', 'assignee IS NOT NULL')).toBeGreaterThan(200)
  const nobodys = await world.tx.select(
    'SELECT leads.lead_id FROM leads LEFT JOIN users ON users.tenant_id = leads.tenant_id AND LOWER(HEX(users.user_id)) = REPLACE(leads.assignee, "-", "") WHERE leads.assignee IS NOT NULL AND users.user_id IS NULL',
  )
  expect(nobodys).toEqual([])
})
