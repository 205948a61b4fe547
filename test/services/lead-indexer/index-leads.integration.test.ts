import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findTenants } from '../../../services/leads/tenants.ts'
import { findLeads } from '../../../services/leads/find-leads.ts'
import { form, order } from '../../support/events.ts'
import { indexLeads } from '../../support/index-leads.ts'
import { Random } from '../../support/random.ts'
import { work } from '../../support/work.ts'
import { createWorld, eventually, type World } from '../../support/world.ts'
import { seedLeads } from '../leads/seeded-leads.ts'

let world: World
beforeAll(async () => {
  world = await createWorld(['demo'])
})
afterAll(() => world.close())

const index = async () => ({
  terms: await world.tx.select('SELECT term, HEX(lead_id) AS id, p3 FROM lead_terms ORDER BY tenant_id, term, lead_id'),
  tags: await world.tx.select('SELECT tag, HEX(lead_id) AS id FROM lead_tags ORDER BY tenant_id, tag, lead_id'),
})

const found = async (search: string) => {
  const tenant = (await findTenants(world.tx, ['demo'])).get('demo')
  if (tenant === undefined) throw new Error('no tenant')
  return (await findLeads(world.tx, tenant, { search }, { size: 25, order: 'newest', userId: null })).leads.length
}

it('a lead is found by the number of an order that joined it later', async () => {
  const visitor = { visitor_id: 'buyer', email: 'buyer@example.com' }
  await work(world, 'chat.form-submitted', [form({ visitor })])
  await work(world, 'order.changed', [order({ order_id: 'o-1', order_number: '#BR-77123', customer: visitor })])
  await indexLeads(world)
  expect(await found('#br-77123')).toBe(1)
  expect(await found('77123')).toBe(1)
})

it('what is indexed twice, or again from the submissions, is the same; what is wrong or lacks is mended', async () => {
  await seedLeads(world, new Random(7), 'demo', 150)
  await indexLeads(world)
  const before = await index()
  expect(before.terms.length).toBeGreaterThan(300)
  await indexLeads(world)
  expect(await index()).toEqual(before)

  const reindex = async () => {
    await promisify(execFile)(process.execPath, ['dist/services/cli/main.js', 'reindex', '--tenant', 'demo', '--json'], {
      env: { PATH: process.env['PATH'], ...world.env },
    })
  }
  await reindex()
  expect(await index()).toEqual(before)
  await world.tx.execute("DELETE FROM lead_terms WHERE term LIKE '1%'")
  await world.tx.execute("DELETE FROM lead_tags WHERE tag = 'other'")
  await world.db.raw("INSERT INTO lead_terms (tenant_id, term, lead_id, p3) SELECT tenant_id, 'wrong', lead_id, 'wro' FROM leads")
  await world.db.raw("INSERT INTO lead_tags (tenant_id, tag, lead_id) SELECT tenant_id, 'wrong', lead_id FROM leads")
  await reindex()
  expect(await index()).toEqual(before)
})

it('a form in the topic is found by its words once the fleet has worked it off', async () => {
  for (const name of ['chat-form-intake', 'status-relay', 'lead-indexer']) await world.start(name)
  const event = form({ visitor: { visitor_id: 'far', name: 'Quirina Zweifel' } })
  await world.produce([
    { topic: world.topic('chat.form-submitted'), key: 'demo:far', value: await world.encode('chat.form-submitted', event) },
  ])
  await eventually(
    'Quirina is found',
    () => found('quir'),
    (leads) => leads === 1,
  )
})
