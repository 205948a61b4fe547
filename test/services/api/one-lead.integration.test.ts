import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { z } from 'zod'
import type { followUpShape, leadDetailShape, leadShape } from '../../../services/api/shapes/lead.ts'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { form } from '../../support/events.ts'
import { brokenInvariants } from '../../support/totals.ts'
import { work } from '../../support/work.ts'
import { createWorld, type World } from '../../support/world.ts'

type LeadBody = z.output<typeof leadShape>
type Detail = z.output<typeof leadDetailShape>
type FollowUpBody = z.output<typeof followUpShape>
type ProblemBody = { code: string; detail: string; errors?: { field: string }[]; lead?: LeadBody }

let world: World
let api: RunningApi
let agent: Client
beforeAll(async () => {
  world = await createWorld(['demo', 'other'], 1)
  api = await startApi(world)
  agent = await api.as('agent')
})
afterAll(async () => {
  await api.close()
  await world.close()
})

let people = 0
async function newLead(tenant = 'demo', person = `person-${++people}`): Promise<string> {
  const event = form({ tenant, visitor: { visitor_id: person, name: 'Bea Lima', email: `${person}@example.com` } })
  await work(world, 'chat.form-submitted', [event])
  const [row] = await world.tx.select<{ lead_id: Buffer }>(
    'SELECT lead_submissions.lead_id FROM lead_submissions JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id WHERE submissions.event_id = ?',
    [event.event_id],
  )
  return uuidOf(row?.lead_id ?? Buffer.alloc(16))
}
const move = (client: Client, leadId: string, to: string, headers: Record<string, string> = {}) =>
  client.send<LeadBody & ProblemBody>('PUT', `/v1/leads/${leadId}/status`, { to }, headers)

describe('a lead', () => {
  it('is shown whole, with its ETag', async () => {
    const { status, body, headers } = await agent.get<Detail>(`/v1/leads/${await newLead()}`)
    expect(status).toBe(200)
    expect(headers.get('etag')).toBe(`"${body.sequence}"`)
    expect(body).toMatchObject({
      status: { name: 'new', label: 'New' },
      active: true,
      moves: [{ label: 'Mark Handled' }, { label: 'Close' }],
      contact: { name: 'Bea Lima', email: `person-${people}@example.com` },
      unreadBy: true,
    })
    expect(body.submissions).toHaveLength(1)
  })

  it('of another tenant, and one that is none, are not found', async () => {
    const others = await newLead('other')
    for (const leadId of [others, '00000000-0000-7000-8000-000000000000']) {
      expect(await agent.get(`/v1/leads/${leadId}`)).toMatchObject({ status: 404, body: { code: 'lead-not-found' } })
      expect(await move(agent, leadId, 'handled')).toMatchObject({ status: 404, body: { code: 'lead-not-found' } })
    }
    expect((await agent.get('/v1/leads/nonsense')).status).toBe(400)
  })

  it('makes the moves of the workflow and no others, each a row of its history', async () => {
    const leadId = await newLead()
    expect(await move(agent, leadId, 'handled')).toMatchObject({ status: 200, body: { status: { name: 'handled' } } })
    expect(await move(agent, leadId, 'new')).toMatchObject({ status: 409, body: { code: 'move-not-allowed' } })
    expect(await move(agent, leadId, 'nowhere')).toMatchObject({ status: 422, body: { code: 'status-unknown' } })
    expect(await move(agent, leadId, 'closed')).toMatchObject({ status: 200, body: { active: false, moves: [{ label: 'Reopen' }] } })
    expect(await move(agent, leadId, 'new')).toMatchObject({ status: 200, body: { active: true } })
    const { body } = await agent.get<{ rows: { kind: string; status: string; actor: string }[] }>(`/v1/leads/${leadId}/history`)
    expect(body.rows.map(({ kind, status }) => [kind, status])).toEqual([
      ['status_changed', 'new'],
      ['status_changed', 'closed'],
      ['status_changed', 'handled'],
      ['opened', 'new'],
    ])
    expect(body.rows[0]?.actor).toBe(agent.principal.actor)
  })

  it('that is inactive takes no agent, score or follow-up', async () => {
    const leadId = await newLead()
    await move(agent, leadId, 'closed')
    const inactive = { status: 409, body: { code: 'lead-inactive' } }
    expect(await agent.send('PUT', `/v1/leads/${leadId}/assignee`, { to: agent.principal.id })).toMatchObject(inactive)
    expect(await agent.send('PUT', `/v1/leads/${leadId}/score`, { to: 50 })).toMatchObject(inactive)
    expect(await agent.send('POST', `/v1/leads/${leadId}/follow-ups`, { dueAt: '2026-12-01T10:00:00Z' })).toMatchObject(inactive)
    expect((await agent.send('POST', `/v1/leads/${leadId}/notes`, { text: 'Called back.' })).status).toBe(201)
  })

  it('is not reopened while the person has another active one', async () => {
    const [old, person] = [await newLead(), `person-${people}`]
    await move(agent, old, 'closed')
    await newLead('demo', person)
    expect(await move(agent, old, 'new')).toMatchObject({ status: 409, body: { code: 'contact-has-active-lead' } })
    expect(await brokenInvariants(world)).toEqual({})
  })

  it('takes a score by hand as a line with author and reason, and gives it back when it is lifted', async () => {
    const leadId = await newLead()
    const set = (to: number | null) => agent.send<LeadBody>('PUT', `/v1/leads/${leadId}/score`, { to, reason: 'Talked to her' })
    expect((await set(80)).body.score).toBe(80)
    expect((await set(20)).body.score).toBe(20)
    const { body } = await agent.get<{
      score: number
      lines: { rule: string; points: number; author: string | null; reason: string | null }[]
    }>(`/v1/leads/${leadId}/score`)
    expect(body.lines.reduce((sum, { points }) => sum + points, 0)).toBe(20)
    expect(body.lines.at(-1)).toMatchObject({ rule: 'manual', points: -60, author: agent.principal.actor, reason: 'Talked to her' })
    expect((await set(null)).body.score).toBe(0)
    expect((await agent.send('PUT', `/v1/leads/${leadId}/score`, { to: 101 })).status).toBe(400)
    expect(await brokenInvariants(world)).toEqual({})
  })

  it('changed by two at once is changed by one; the other gets 412 with the newer state', async () => {
    const leadId = await newLead()
    const second = await api.as('agent')
    const { headers } = await agent.get(`/v1/leads/${leadId}`)
    const match = { 'if-match': headers.get('etag') ?? '' }
    const answers = await Promise.all([move(agent, leadId, 'handled', match), move(second, leadId, 'closed', match)])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412])
    const winner = answers.find(({ status }) => status === 200)?.body
    const loser = answers.find(({ status }) => status === 412)?.body
    expect(loser).toMatchObject({ code: 'lead-changed', lead: { sequence: 2, status: winner?.status } })
  })

  it('repeated under one Idempotency-Key is changed once and answered the same', async () => {
    const leadId = await newLead()
    const key = { 'idempotency-key': `note-${leadId}` }
    const add = (text: string) => agent.send('POST', `/v1/leads/${leadId}/notes`, { text }, key)
    const answers = await Promise.all([add('Once'), add('Once'), add('Once')])
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(2)
    expect((await agent.get<{ notes: object[] }>(`/v1/leads/${leadId}/notes`)).body.notes).toHaveLength(1)
    expect(await add('Other')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
  })

  it('is unread again when something new happens to it', async () => {
    const [leadId, person] = [await newLead(), `person-${people}`]
    const isUnread = async () => (await agent.get<Detail>(`/v1/leads/${leadId}`)).body.unreadBy
    expect((await agent.send('PUT', `/v1/leads/${leadId}/read`)).status).toBe(204)
    expect(await isUnread()).toBe(false)
    await newLead('demo', person)
    expect(await isUnread()).toBe(true)
  })
})

describe('a follow-up', () => {
  const plan = { dueAt: '2027-01-10T09:00:00-03:00', note: 'Send the offer', remindAt: '2027-01-10T08:30:00-03:00' }

  it('is planned, changed, done once, and leaves its rows in the history', async () => {
    const leadId = await newLead()
    const added = await agent.send<FollowUpBody>('POST', `/v1/leads/${leadId}/follow-ups`, { ...plan, agent: agent.principal.id })
    expect(added).toMatchObject({ status: 201, body: { state: 'due', dueAt: '2027-01-10T12:00:00.000Z', agent: agent.principal.id } })
    const path = `/v1/follow-ups/${added.body.followUpId}`
    expect(await agent.send('PATCH', path, { dueAt: '2026-10-03T00:00:00Z', remindAt: null })).toMatchObject({ body: { state: 'overdue' } })
    const overdue = await agent.get<{ followUps: FollowUpBody[] }>('/v1/follow-ups?state=overdue&agent=me')
    expect(overdue.body.followUps.map(({ followUpId }) => followUpId)).toEqual([added.body.followUpId])
    expect(await agent.send('PATCH', path, { state: 'done' })).toMatchObject({
      status: 200,
      body: { state: 'done', settledBy: agent.principal.actor },
    })
    expect(await agent.send('PATCH', path, { state: 'done' })).toMatchObject({ status: 409, body: { code: 'follow-up-settled' } })
    const { body } = await agent.get<{ rows: { kind: string }[] }>(`/v1/leads/${leadId}/history`)
    expect(body.rows.map(({ kind }) => kind)).toEqual(['follow_up_done', 'follow_up_changed', 'follow_up_added', 'opened'])
    expect(await brokenInvariants(world)).toEqual({})
  })

  it('of another tenant is not found', async () => {
    const stranger = await api.as('agent', 'other')
    const added = await agent.send<FollowUpBody>('POST', `/v1/leads/${await newLead()}/follow-ups`, plan)
    expect(await stranger.send('PATCH', `/v1/follow-ups/${added.body.followUpId}`, { state: 'done' })).toMatchObject({ status: 404 })
  })
})

describe('the document', () => {
  it('can be read by anybody, as JSON and as a page', async () => {
    const json = (await (await fetch(`${api.url}/docs/json`)).json()) as { openapi: string }
    expect(json.openapi).toBe('3.1.0')
    const page = await fetch(`${api.url}/docs/`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  })
})

describe('a request', () => {
  it('without credentials, or without the scope, is refused', async () => {
    const nobody = await fetch(`${api.url}/v1/tenant`)
    expect(nobody.status).toBe(401)
    expect(nobody.headers.get('www-authenticate')).toMatch(/^Bearer/)
    const viewer = await api.as('viewer')
    expect(await move(viewer, await newLead(), 'handled')).toMatchObject({ status: 403, body: { code: 'scope-missing' } })
  })

  it('that is wrong is told which fields are', async () => {
    const { status, body } = await agent.send<ProblemBody>('PUT', `/v1/leads/${await newLead()}/status`, { to: 7, more: true })
    expect(status).toBe(400)
    expect(body.errors?.map(({ field }) => field).toSorted()).toEqual(['body', 'body.to'])
  })

  it('with a body that is no JSON, too deep, too large or of another type is refused', async () => {
    const path = `/v1/leads/${await newLead()}/notes`
    const send = async (body: string, type = 'application/json') => (await agent.send('POST', path, body, { 'content-type': type })).status
    expect(await send('{')).toBe(400)
    expect(await send('['.repeat(100_000))).toBe(400)
    expect(await send(`{"text":"${'a'.repeat(300_000)}"}`)).toBe(413)
    expect(await send('text=a', 'application/x-www-form-urlencoded')).toBe(415)
    expect(await send('{"text":"a","__proto__":{}}')).toBe(400)
  })
})

describe('a workflow of a tenant’s own', () => {
  it('is refused with every reason, and used once it is sound', async () => {
    const admin = await api.as('admin', 'other')
    const broken = await admin.send<ProblemBody>('PUT', '/v1/workflows/short', {
      statuses: [
        { name: 'new', label: 'New', isFinal: false },
        { name: 'won', label: 'Won', isFinal: true },
        { name: 'lost', label: 'Lost', isFinal: true },
      ],
      moves: [{ from: 'new', to: 'won', label: 'Win' }],
    })
    expect(broken).toMatchObject({ status: 422, body: { code: 'workflow-invalid' } })
    expect(broken.body.detail).toMatch(/"lost" cannot be reached/)
    const sound = {
      statuses: [
        { name: 'new', label: 'New', isFinal: false },
        { name: 'won', label: 'Won', isFinal: true },
      ],
      moves: [{ from: 'new', to: 'won', label: 'Win' }],
    }
    expect((await admin.send('PUT', '/v1/workflows/short', sound)).status).toBe(200)
    expect(await admin.send('PATCH', '/v1/tenant', { workflow: 'short' })).toMatchObject({
      status: 200,
      body: { workflow: { name: 'short' } },
    })
    const leadId = await newLead('other')
    expect(await move(admin, leadId, 'won')).toMatchObject({ status: 200, body: { active: false } })
    expect(await admin.send('PATCH', '/v1/tenant', { workflow: 'pipeline' })).toMatchObject({
      status: 409,
      body: { code: 'status-in-use' },
    })
  })
})
