import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { countLeads } from '../../../services/leads/count-leads.ts'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { findLeads, type LeadPage } from '../../../services/leads/find-leads.ts'
import type { LeadFilter, LeadOrder } from '../../../services/leads/lead-filter.ts'
import { scopeOf } from '../../../services/leads/lead-scope.ts'
import { planQuery } from '../../../services/leads/plan-query.ts'
import { countUpTo, readPlaces } from '../../../services/leads/read-places.ts'
import { selectAllMatching } from '../../../services/leads/select-all-matching.ts'
import { findTenants, type Tenant } from '../../../services/leads/tenants.ts'
import { withTransaction, type Transaction } from '../../../services/platform/mysql/transaction.ts'
import { form } from '../../support/events.ts'
import { indexLeads } from '../../support/index-leads.ts'
import { Random } from '../../support/random.ts'
import { work } from '../../support/work.ts'
import { createWorld, type World } from '../../support/world.ts'
import { plainFilter, randomFilter } from './plain-filter.ts'
import { firstDay, knownLeads, randomForms, seedLeads, type KnownLead } from './seeded-leads.ts'

const seed = 20261121
const userId = randomBytes(16)
let world: World
let tenants: Map<string, Tenant>
const tenant = (slug: string) => tenants.get(slug) as Tenant
const uuids = (leads: readonly KnownLead[]) => leads.map(({ leadId }) => uuidOf(leadId))

beforeAll(async () => {
  world = await createWorld(['demo', 'other', 'growing', 'free'])
  const random = new Random(seed)
  for (const [slug, count] of [
    ['demo', 400],
    ['other', 60],
    ['growing', 120],
    ['free', 40],
  ] as const)
    await seedLeads(world, random, slug, count)
  tenants = await findTenants(world.tx, ['demo', 'other', 'growing', 'free'])
  const read = (await knownLeads(world, 'demo', userId)).filter(() => random.chance(0.5))
  for (const { leadId, sequence } of read)
    await world.tx.insert(
      'lead_reads',
      ['tenant_id', 'user_id', 'lead_id', 'sequence', 'read_at'],
      [[tenant('demo').tenantId, userId, leadId, sequence - random.int(0, 1), new Date()]],
    )
  await indexLeads(world)
})
afterAll(() => world.close())

const find = (slug: string, filter: LeadFilter, size: number, order: LeadOrder = 'newest', cursor?: string): Promise<LeadPage> =>
  findLeads(world.tx, tenant(slug), filter, { size, order, userId, cursor })

/** Every page from the first one on, by `next`, or from the last one back, by `previous`. */
async function walk(slug: string, filter: LeadFilter, size: number, order: LeadOrder, way: 'next' | 'previous'): Promise<LeadPage[]> {
  const pages = [await find(slug, filter, size, order)]
  if (way === 'previous' && pages[0]?.cursors.last != null) pages[0] = await find(slug, filter, size, order, pages[0].cursors.last)
  for (let cursor = pages[0]?.cursors[way]; cursor != null; cursor = pages.at(-1)?.cursors[way])
    pages.push(await find(slug, filter, size, order, cursor))
  return pages
}

const idsOn = (pages: readonly LeadPage[]) => pages.flatMap(({ leads }) => leads.map(({ leadId }) => leadId))

describe('a filter', () => {
  it('finds what the plain reading of it finds, in its order, on pages forwards and backwards, counted right', async () => {
    const random = new Random(seed + 1)
    for (const slug of ['demo', 'other']) {
      const leads = await knownLeads(world, slug, userId)
      for (let round = 0; round < (slug === 'demo' ? 160 : 40); round++) {
        const filter = randomFilter(random, leads, userId)
        const order = random.chance(0.3) ? 'score' : 'newest'
        const expected = uuids(plainFilter(leads, filter, order))
        const size = Math.min(100, Math.max(1, Math.ceil(expected.length / random.int(1, 4)) + random.int(0, 3)))
        const said = { round, filter, order, size }
        const pages = await walk(slug, filter, size, order, 'next')
        expect({ ...said, found: idsOn(pages) }).toEqual({ ...said, found: expected })
        expect(pages.map(({ page }) => page)).toEqual(pages.map((_, index) => index + 1))
        expect({ ...said, ...pages[0]?.total, pages: pages[0]?.pageCount }).toEqual({
          ...said,
          count: expected.length,
          isExact: true,
          pages: Math.max(1, Math.ceil(expected.length / size)),
        })
        const back = (await walk(slug, filter, size, order, 'previous')).reverse()
        expect({ ...said, found: idsOn(back), pages: back.map(({ page }) => page) }).toEqual({
          ...said,
          found: expected,
          pages: pages.map(({ page }) => page),
        })
      }
    }
  })

  it('finds the same by walking as by sorting, from any place and on both sides', async () => {
    const random = new Random(seed + 2)
    const leads = await knownLeads(world, 'demo', userId)
    for (let round = 0; round < 150; round++) {
      const filter = randomFilter(random, leads, userId)
      const order = random.chance(0.3) ? 'score' : 'newest'
      const expected = plainFilter(leads, filter, order)
      const plan = await planQuery(world.tx, await scopeOf(world.tx, tenant('demo'), filter), filter, order, 2)
      if (plan === undefined) {
        expect(expected).toEqual([])
        continue
      }
      const at = random.int(0, Math.max(0, expected.length - 1))
      const place = expected[at]
      const limit = random.int(1, 30)
      const read = async (side: 'behind' | 'before') =>
        (await readPlaces(world.tx, plan, { side, place }, limit)).map(({ leadId }) => uuidOf(leadId))
      const found = { behind: await read('behind'), before: await read('before') }
      const behind = uuids(expected.slice(place === undefined ? 0 : at + 1).slice(0, limit))
      expect({ filter, order, ...found }).toEqual({ filter, order, behind, before: uuids(expected.slice(0, at).reverse().slice(0, limit)) })
    }
  })

  it('gives all matching ids in pieces, for bulk and export', async () => {
    const random = new Random(seed + 3)
    const leads = await knownLeads(world, 'demo', userId)
    for (let round = 0; round < 20; round++) {
      const filter = randomFilter(random, leads, userId)
      const found: Buffer[] = []
      const limit = random.int(5, 100)
      for (let piece: Buffer[] | undefined; piece === undefined || piece.length === limit;) {
        piece = await selectAllMatching(world.tx, tenant('demo'), filter, null, found.at(-1) ?? null, limit)
        found.push(...piece)
      }
      expect({ filter, found: found.map(uuidOf) }).toEqual({ filter, found: uuids(plainFilter(leads, filter, 'newest')) })
    }
  })

  it('is counted for each choice of the filter bar as if that were chosen', async () => {
    const random = new Random(seed + 4)
    const leads = await knownLeads(world, 'demo', userId)
    for (let round = 0; round < 12; round++) {
      const filter = randomFilter(random, leads, userId)
      const counts = await countLeads(world.tx, tenant('demo'), filter)
      const expected = (change: LeadFilter) => ({ count: plainFilter(leads, { ...filter, ...change }, 'newest').length, isExact: true })
      expect(counts.total).toEqual(expected({}))
      for (const { status, label: _label, ...count } of counts.statuses)
        expect({ filter, status, ...count }).toEqual({ filter, status, ...expected({ statuses: [status] }) })
      for (const { tag, label: _label, ...count } of counts.tags)
        expect({ filter, tag, ...count }).toEqual({ filter, tag, ...expected({ tags: [tag] }) })
    }
  })

  it('that nothing can meet, or hostile words, finds nothing', async () => {
    const hostile = ['%', '___', "' OR 1=1 -- ", '\u0000', '\u202emaria', '"; DROP TABLE leads', '()', '😀', '\ud800']
    for (const search of hostile) expect((await find('demo', { search, statuses: ['no such'] }, 25)).leads).toEqual([])
    for (const search of ['%', '___', "' OR 1=1 -- ", '\u0000', '😀', '\ud800'])
      expect({ search, leads: (await find('demo', { search }, 25)).leads }).toEqual({ search, leads: [] })
    for (const filter of [{ tags: [] }, { statuses: [] }, { scoreMin: 60, scoreMax: 40 }, { openedFrom: 9e15 }, { openedTo: -5 }])
      expect((await find('demo', filter, 25)).leads).toEqual([])
  })
})

describe('a row', () => {
  it('shows name, email and phone each from the newest submission that has it', async () => {
    const leads = await knownLeads(world, 'demo', userId)
    const pages = await walk('demo', {}, 100, 'newest', 'next')
    const rows = pages.flatMap((page) => page.leads)
    expect(rows.length).toBe(leads.length)
    for (const [index, lead] of leads.entries()) {
      const newest = (field: 'name' | 'email' | 'phone') =>
        lead.submissions.find((submission) => submission[field] !== null)?.[field] ?? null
      expect(rows[index]).toMatchObject({
        leadId: uuidOf(lead.leadId),
        name: newest('name'),
        email: newest('email'),
        phone: newest('phone'),
        submissions: lead.submissions.length,
        score: lead.score,
        assignee: lead.assignee,
        active: lead.active,
        isNew: lead.status === 'new',
        unread: lead.seen < lead.sequence,
        sequence: lead.sequence,
      })
      expect(rows[index]?.moves.map(({ to }) => to)).toEqual(
        { new: ['handled', 'closed'], handled: ['closed'], closed: ['new'] }[lead.status],
      )
    }
  })
})

describe('while leads come in', () => {
  it.each(['next', 'previous'] as const)('turning pages by %s passes over none and shows none twice', async (way) => {
    const random = new Random(seed + 5)
    const before = uuids(await knownLeads(world, 'growing', userId))
    const filter: LeadFilter = { statuses: ['new', 'handled', 'closed'] }
    let number = way === 'next' ? 10_000 : 20_000
    const seen: string[] = []
    let page = await find('growing', filter, 10)
    const opened = page
    if (way === 'previous') page = await find('growing', filter, 10, 'newest', page.cursors.last ?? '')
    for (;;) {
      seen.push(...page.leads.map(({ leadId }) => leadId))
      const cursor = page.cursors[way]
      if (cursor === null) break
      // Some are newer than all, some come late and lie anywhere.
      const late = randomForms(random, 'growing', 2, (number += 100)).map((one) => ({
        ...one,
        visitor: { ...one.visitor, visitor_id: `late-${one.event_id}`, email: null, phone: null },
        order_number: null,
      }))
      await work(world, 'chat.form-submitted', [...late, form({ tenant: 'growing', occurred_at: firstDay + 40 * 86_400_000 + number })])
      page = await find('growing', filter, 10, 'newest', cursor)
    }
    // The first page is always a whole one: coming back to it, after late leads have shifted the pages, it repeats what the second began with.
    const distinct = new Set(seen)
    expect(seen.length - distinct.size).toBeLessThan(way === 'next' ? 1 : 10)
    expect(before.filter((id) => !seen.includes(id))).toEqual([])
    // What is newer than the list does not show in it.
    const asOf = uuidOf(opened.asOf as Buffer)
    expect(seen.filter((id) => id > asOf)).toEqual([])
  })

  it('a cursor whose page has emptied leads to the last page that there is', async () => {
    const filter: LeadFilter = { assignees: ['leaving'] }
    const leads = await knownLeads(world, 'growing', userId)
    const assign = (from: number, to: number, assignee: string | null) =>
      world.tx.execute('UPDATE leads SET assignee = ? WHERE tenant_id = ? AND lead_id IN (?)', [
        assignee,
        tenant('growing').tenantId,
        leads.slice(from, to).map(({ leadId }) => leadId),
      ])
    await assign(0, 30, 'leaving')
    const third = (await find('growing', filter, 10)).cursors.pages.find(({ page }) => page === 3)
    await assign(15, 30, null)
    const page = await find('growing', filter, 10, 'newest', third?.cursor)
    expect(page.page).toBe(2)
    expect(page.leads.map(({ leadId }) => leadId)).toEqual(uuids(leads.slice(10, 15)))
  })
})

/** How many rows the engine reads for `work`, as it counts them itself. */
const rowsRead = (work: (tx: Transaction) => Promise<unknown>) =>
  withTransaction(world.db, 10_000, async (tx) => {
    const read = async () =>
      (await tx.select<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'")).reduce((sum, { Value }) => sum + Number(Value), 0)
    const before = await read()
    await work(tx)
    return (await read()) - before
  })

describe('whatever is asked', () => {
  it('each lead that is passed by costs a few rows, and not a look through all leads', async () => {
    const random = new Random(seed + 7)
    const leads = await knownLeads(world, 'demo', userId)
    const filters: LeadFilter[] = [
      { search: 'maria 5511', statuses: ['new', 'closed'], tags: ['order_question', 'refund_request'], assignees: ['agent-1', null] },
      ...Array.from({ length: 60 }, () => randomFilter(random, leads, userId)),
    ]
    for (const filter of filters)
      for (const order of ['newest', 'score'] as const) {
        const rows = await rowsRead(async (tx) => {
          const plan = await planQuery(tx, await scopeOf(tx, tenant('demo'), filter), filter, order, 0)
          if (plan !== undefined) await readPlaces(tx, plan, { side: 'behind' }, 1_000)
          if (plan !== undefined) await countUpTo(tx, plan.counting, 1_000)
        })
        // A look through all leads or terms for each lead would be 60,000 rows and more.
        expect(rows < 60 * leads.length ? 'few' : { filter, order, rows }).toBe('few')
      }
  })
})

describe('a page far behind', () => {
  it('reads no more rows than one near the beginning', async () => {
    const pages = await walk('demo', {}, 5, 'newest', 'next')
    expect(pages.length).toBeGreaterThan(40)
    // The same page cursors, each followed on one connection that counts the rows that the engine reads.
    const rowsRead = (cursor: string | null | undefined) =>
      withTransaction(world.db, 10_000, async (tx) => {
        const read = async () =>
          (await tx.select<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'")).reduce(
            (sum, { Value }) => sum + Number(Value),
            0,
          )
        const before = await read()
        await findLeads(tx, tenant('demo'), {}, { size: 5, order: 'newest', userId, cursor: cursor ?? undefined })
        return (await read()) - before
      })
    const near = await rowsRead(pages[4]?.cursors.next)
    const far = await rowsRead(pages[38]?.cursors.next)
    // Submissions of the leads shown differ by some rows.
    expect(Math.abs(far - near)).toBeLessThan(60)
  })
})

describe('tenants', () => {
  it('never see each other’s leads, not even with each other’s cursors', async () => {
    const own = new Set(uuids(await knownLeads(world, 'other', userId)))
    const pages = await walk('demo', {}, 20, 'newest', 'next')
    for (const { cursors } of pages)
      for (const cursor of [cursors.first, cursors.next, cursors.previous, cursors.last, ...cursors.pages.map((link) => link.cursor)])
        if (cursor !== null)
          for (const { leadId } of (await find('other', {}, 20, 'newest', cursor)).leads) expect(own.has(leadId)).toBe(true)
  })
})

describe('on a plan that shows five leads', () => {
  it('nothing that is found, counted or pointed to depends on any other lead', async () => {
    const random = new Random(seed + 6)
    const leads = await knownLeads(world, 'free', userId)
    const five = uuids(leads.slice(0, 5))
    const limited: Tenant = { ...tenant('free'), plan: 'free' }
    const filters = [{}, ...Array.from({ length: 60 }, () => randomFilter(random, leads, userId))]
    const answers = async () => {
      const all = []
      for (const filter of filters) {
        for (const order of ['newest', 'score'] as const) {
          const page = await findLeads(world.tx, limited, filter, { size: 3, order, userId })
          const rest = []
          for (const cursor of [page.cursors.next, page.cursors.last])
            if (cursor !== null) rest.push(await findLeads(world.tx, limited, filter, { size: 3, order, userId, cursor }))
          all.push(page, ...rest)
        }
        all.push(await countLeads(world.tx, limited, filter), await selectAllMatching(world.tx, limited, filter, null, null, 100))
      }
      return all
    }
    const before = await answers()
    for (const answer of before) if ('leads' in answer) for (const { leadId } of answer.leads) expect(five).toContain(leadId)
    expect(before[0]).toMatchObject({ total: { count: 5, isExact: true }, pageCount: 2, hasLockedLeads: true })

    // Everything about the others changes: their state, their words, their number.
    await world.tx.execute(
      "UPDATE leads SET status = 'handled', active = 1, score = 77, assignee = 'agent-2' WHERE tenant_id = ? AND lead_id < ?",
      [limited.tenantId, leads[4]?.leadId ?? Buffer.alloc(16)],
    )
    const older = randomForms(random, 'free', 30, 500).map((one) => ({
      ...one,
      occurred_at: firstDay - 1000,
      visitor: { ...one.visitor, visitor_id: `old-${one.event_id}`, email: null, phone: null },
      order_number: null,
    }))
    await work(world, 'chat.form-submitted', older)
    await indexLeads(world)
    expect(await answers()).toEqual(before)
  })

  it('and five or fewer leads, nothing is hidden', async () => {
    const few: Tenant = { ...tenant('free'), tenantId: 999_999, plan: 'starter' }
    expect((await findLeads(world.tx, few, {}, { size: 25, order: 'newest', userId })).hasLockedLeads).toBe(false)
    expect((await find('demo', {}, 25)).hasLockedLeads).toBe(false)
  })
})
