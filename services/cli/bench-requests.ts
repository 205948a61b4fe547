import type { Knex } from 'knex'
import { uuidOf } from '../leads/event-identity.ts'
import { writeCursor } from '../leads/lead-cursor.ts'
import { newestLead } from '../leads/lead-scope.ts'
import { findTenants } from '../leads/tenants.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import type { BenchRequest } from './measure-requests.ts'

const deepPage = 4_000
const size = 25
const sampled = 500

/** What is measured, by name. Searches change from turn to turn, so that no answer is in a cache because it was asked for a moment ago. */
export async function benchRequests(db: Knex, slug: string): Promise<Map<string, (turn: number) => BenchRequest>> {
  const tx = transactionOn(db)
  const tenantId = (await findTenants(tx, [slug])).get(slug)?.tenantId ?? 0
  const [{ leads } = { leads: 0 }] = await tx.select<{ leads: number }>('SELECT COUNT(*) AS leads FROM leads WHERE leads.tenant_id = ?', [
    tenantId,
  ])
  const page = Math.max(2, Math.min(deepPage, Math.floor(Number(leads) / size / 2)))
  const [edge] = await tx.select<{ lead_id: Buffer }>(
    `SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? ORDER BY leads.lead_id DESC LIMIT 1 OFFSET ${(page - 1) * size - 1}`,
    [tenantId],
  )
  const people = await tx.select<{ lead_id: Buffer; content: string }>(
    `SELECT lead_submissions.lead_id, submissions.content FROM lead_submissions JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id
     WHERE lead_submissions.tenant_id = ? AND lead_submissions.lead_id > ? LIMIT ${sampled}`,
    [tenantId, edge?.lead_id ?? Buffer.alloc(16)],
  )
  const contents = people.map(({ content }) => JSON.parse(content) as { name: string; email: string; phone: string })
  const active = await tx.select<{ lead_id: Buffer }>(
    "SELECT leads.lead_id FROM leads WHERE leads.tenant_id = ? AND leads.status = 'new' ORDER BY leads.lead_id LIMIT 2000",
    [tenantId],
  )
  const asOf = (await newestLead(tx, { tenantId })) ?? Buffer.alloc(16)
  const deep = writeCursor(
    { page, start: { side: 'behind', place: { leadId: edge?.lead_id ?? asOf, score: 0 } }, asOf, total: { count: 1000, isExact: false } },
    { filter: {}, order: 'newest', size },
  )
  const get = (path: string): BenchRequest => ({ method: 'GET', path })
  const search = (words: string) => get(`/v1/leads?search=${encodeURIComponent(words)}`)
  const one = <Item>(items: readonly Item[], turn: number) => items[turn % items.length] as Item
  const common = ['maria', 'silva', 'gmail', 'jose', 'santos', 'ana', 'souza']
  const statuses = ['new', 'contacted', 'qualified', 'lost', 'converted,archived']

  return new Map<string, (turn: number) => BenchRequest>([
    ['list, page 1', () => get('/v1/leads')],
    [`list, page ${page}`, () => get(`/v1/leads?cursor=${deep}`)],
    ['list of a status', (turn) => get(`/v1/leads?statuses=${one(statuses, turn)}`)],
    ['list of a rare tag', () => get('/v1/leads?tags=cancellation')],
    ['list by score', () => get('/v1/leads?sort=score')],
    ['search, rare: a whole email address', (turn) => search(one(contents, turn).email)],
    ['search, rare: the end of a phone number', (turn) => search(one(contents, turn).phone.slice(-6))],
    ['search, common: a name', (turn) => search(one(common, turn))],
    [
      'search, two common words',
      (turn) => search(`${one(['maria', 'jose', 'ana'], turn)} ${one(['silva', 'santos', 'gmail'], turn >> 2)}`),
    ],
    ['search, short: two letters', () => search('li')],
    ['search, common, in a status', (turn) => get(`/v1/leads?search=${one(common, turn)}&statuses=new`)],
    ['count, with every choice of the filter bar', () => get('/v1/leads/count')],
    ['details', (turn) => get(`/v1/leads/${uuidOf(one(people, turn).lead_id)}`)],
    [
      'change of status',
      (turn) => ({
        method: 'PUT',
        path: `/v1/leads/${uuidOf(one(active, turn).lead_id)}/status`,
        body: { to: one(['contacted', 'qualifying', 'new'], Math.floor(turn / active.length)) },
      }),
    ],
  ])
}
