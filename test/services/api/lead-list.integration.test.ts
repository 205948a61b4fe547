import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { form } from '../../support/events.ts'
import { indexLeads } from '../../support/index-leads.ts'
import { work } from '../../support/work.ts'
import { createWorld, type World } from '../../support/world.ts'

type Page = {
  leads: { leadId: string; name: string; email: string; unread: boolean; tags: string[]; status: { name: string } }[]
  page: number
  pageCount: number | null
  total: { count: number; isExact: boolean }
  cursors: { first: string; previous: string | null; next: string | null; last: string; pages: { page: number; cursor: string }[] }
  hasLockedLeads: boolean
  code?: string
}
type View = { viewId: string; name: string; query: string; shared: boolean; own: boolean; code?: string; errors?: { field: string }[] }

let world: World
let api: RunningApi
let agent: Client
beforeAll(async () => {
  world = await createWorld(['demo', 'other', 'small'], 1)
  api = await startApi(world)
  agent = await api.as('agent')
  const people = Array.from({ length: 60 }, (_, index) =>
    form({
      form: index % 3 === 0 ? 'REFUND_REQUEST' : 'ORDER_QUESTION',
      order_number: `#${5000 + index}`,
      visitor: { visitor_id: `v-${index}`, name: `Pessoa ${index % 2 === 0 ? 'Ímpar' : 'Par'}`, email: `pessoa${index}@example.com` },
    }),
  )
  const strangers = ['other', 'small'].flatMap((tenant) =>
    Array.from({ length: 8 }, (_, index) => form({ tenant, visitor: { visitor_id: `s-${index}`, name: `Pessoa ${tenant}` } })),
  )
  await work(world, 'chat.form-submitted', [...people, ...strangers])
  await world.tx.execute("UPDATE tenants SET plan = 'starter' WHERE slug = 'small'")
  await indexLeads(world)
})
afterAll(async () => {
  await api.close()
  await world.close()
})

const list = (query: string, client = agent) => client.get<Page>(`/v1/leads?${query}`)

describe('the list of leads', () => {
  it('shows 25 a page, newest first, with the pages around', async () => {
    const { status, body } = await list('')
    expect(status).toBe(200)
    expect(body).toMatchObject({ page: 1, pageCount: 3, total: { count: 60, isExact: true }, hasLockedLeads: false })
    expect(body.leads).toHaveLength(25)
    expect(body.leads.map(({ leadId }) => leadId)).toEqual(
      body.leads
        .map(({ leadId }) => leadId)
        .sort()
        .reverse(),
    )
    expect(body.cursors.pages.map(({ page }) => page)).toEqual([1, 2, 3])
    const third = await list(`cursor=${body.cursors.pages[2]?.cursor ?? ''}`)
    expect(third.body).toMatchObject({ page: 3, cursors: { next: null } })
    expect(third.body.leads).toHaveLength(10)
    const last = await list(`cursor=${body.cursors.last}`)
    expect(last.body.leads).toEqual(third.body.leads)
  })

  it('is narrowed by every part of its address together', async () => {
    const { body } = await list(
      'search=impar+pessoa&tags=refund_request&statuses=new,handled&active=true&scoreMax=100&limit=100&unread=true&assignees=nobody',
    )
    expect(body.leads).toHaveLength(10)
    for (const lead of body.leads)
      expect(lead).toMatchObject({ name: 'Pessoa Ímpar', tags: ['refund_request'], status: { name: 'new' }, unread: true })
    expect((await list('search=%235007')).body.leads).toMatchObject([{ email: 'pessoa7@example.com' }])
    expect((await list(`assignees=me,${randomUUID()}`)).body.total.count).toBe(0)
    expect((await list('openedFrom=2100-01-01T00:00:00Z')).body.total.count).toBe(0)
  })

  it('says what is wrong with what it cannot take', async () => {
    for (const query of [
      'limit=0',
      'limit=101',
      'sort=name',
      'scoreMin=101',
      'active=perhaps',
      'openedFrom=yesterday',
      'colour=red',
      `search=${'x'.repeat(201)}`,
    ])
      expect({ query, ...(await list(query)) }).toMatchObject({ query, status: 400, body: { code: 'request-invalid' } })
    const { cursors } = (await list('limit=10')).body
    for (const query of ['cursor=nonsense', `cursor=${cursors.next ?? ''}`, `limit=10&search=x&cursor=${cursors.next ?? ''}`])
      expect(await list(query)).toMatchObject({ status: 422, body: { code: 'cursor-invalid' } })
    expect(await list(`search=${'a+'.repeat(50)}b+c+d+e+f+g+h+i+j`)).toMatchObject({ status: 422, body: { code: 'search-too-long' } })
  })

  it('answers hostile searches with nothing', async () => {
    for (const search of ['%', "' OR '1'='1", '\u202e', '😀', '%%%', '\\'])
      expect(await list(`search=${encodeURIComponent(search)}`)).toMatchObject({
        status: 200,
        body: { total: { count: 0 } },
      })
  })

  it('is counted for the filter bar', async () => {
    const { body } = await agent.get<{ total: object; statuses: object[]; tags: { tag: string; count: number }[] }>(
      '/v1/leads/count?search=impar',
    )
    expect(body.total).toEqual({ count: 30, isExact: true })
    expect(body.statuses[0]).toEqual({ status: 'new', label: 'New', count: 30, isExact: true })
    expect(body.tags.find(({ tag }) => tag === 'refund_request')?.count).toBe(10)
  })

  it('of another tenant stays there, and a plan of five shows five', async () => {
    const stranger = await api.as('owner', 'other')
    expect((await list('search=pessoa', stranger)).body.total.count).toBe(8)
    expect((await list('search=5007', stranger)).body.total.count).toBe(0)
    const small = await api.as('owner', 'small')
    expect((await list('search=pessoa', small)).body).toMatchObject({
      total: { count: 5, isExact: true },
      pageCount: 1,
      hasLockedLeads: true,
    })
    expect((await small.get('/v1/leads/count')).body).toMatchObject({ total: { count: 5, isExact: true } })
  })
})

describe('saved views', () => {
  const save = (client: Client, body: object) => client.send<View>('POST', '/v1/views', body)
  const names = async (client: Client) => (await client.get<{ views: View[] }>('/v1/views')).body.views.map(({ name, own }) => [name, own])

  it('are one’s own, or shared with the team and changed by their owner only', async () => {
    const colleague = await api.as('agent')
    const own = await save(agent, { name: 'Mine', query: 'search=maria' })
    const shared = await save(agent, { name: 'Refunds', query: 'tags=refund_request&sort=score', shared: true })
    expect([own.status, shared.status]).toEqual([201, 201])
    expect(await names(agent)).toEqual([
      ['Mine', true],
      ['Refunds', true],
    ])
    expect(await names(colleague)).toEqual([['Refunds', false]])
    expect(await names(await api.as('owner', 'other'))).toEqual([])
    const change = { name: 'Stolen', query: '', shared: true }
    for (const client of [colleague, await api.as('owner', 'other')]) {
      expect(await client.send('PUT', `/v1/views/${shared.body.viewId}`, change)).toMatchObject({
        status: 404,
        body: { code: 'view-not-found' },
      })
      expect((await client.send('DELETE', `/v1/views/${shared.body.viewId}`)).status).toBe(404)
    }
    expect((await agent.send('PUT', `/v1/views/${own.body.viewId}`, { ...change, name: 'Changed', shared: false })).body).toMatchObject({
      name: 'Changed',
    })
    expect((await agent.send('DELETE', `/v1/views/${shared.body.viewId}`)).status).toBe(204)
    expect(await names(colleague)).toEqual([])
  })

  it('hold what the list takes, and a viewer shares none', async () => {
    expect(await save(agent, { name: 'Bad', query: 'colour=red' })).toMatchObject({ status: 422, body: { code: 'query-invalid' } })
    expect(await save(agent, { name: 'Bad', query: 'scoreMin=many' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'body.query.scoreMin' }] },
    })
    const viewer = await api.as('viewer')
    expect((await save(viewer, { name: 'Mine', query: 'active=true' })).status).toBe(201)
    expect((await save(viewer, { name: 'Ours', query: 'active=true', shared: true })).status).toBe(403)
    const saved = await save(viewer, { name: 'Opens', query: 'search=pessoa&statuses=new&sort=score' })
    expect((await list(saved.body.query, viewer)).body.total.count).toBe(60)
  })
})
