import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { z } from 'zod'
import { runExport } from '../../../services/api/exports/run-export.ts'
import type { bulkResultShape, bulkShape } from '../../../services/api/shapes/bulk.ts'
import type { exportShape } from '../../../services/api/shapes/export.ts'
import { matchingLeads } from '../../../services/api/matching-leads.ts'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { startApi, type Client, type RunningApi } from '../../support/api.ts'
import { filledLead, fillLeads } from '../../support/fill-leads.ts'
import { jobContext, tenantOf, workBulksOff } from '../../support/jobs.ts'
import { readCsv } from '../../support/read-csv.ts'
import { createWorld, type World } from '../../support/world.ts'

type ExportBody = z.output<typeof exportShape> & { code: string }
type BulkBody = z.output<typeof bulkShape> & { code: string; errors?: { field: string }[] }
type Results = { results: z.output<typeof bulkResultShape>[]; next: string | null }

let world: World
let api: RunningApi
let agent: Client
let stranger: Client
const leads = Array.from({ length: 3_000 }, (_, number) => filledLead(number))
const idOf = (number: number) => uuidOf((leads[number] as (typeof leads)[number]).leadId)

beforeAll(async () => {
  world = await createWorld(['demo', 'other'], 1)
  await fillLeads(world, (await tenantOf(world, 'demo')).tenantId, leads)
  api = await startApi(world)
  agent = await api.as('agent')
  stranger = await api.as('owner', 'other')
})
afterAll(async () => {
  await api.close()
  await world.close()
})

const context = () => jobContext(world, { matching: matchingLeads })
const makeFiles = async () => {
  while (await runExport(context()));
}
const workOff = () => workBulksOff(world, context())
const everything = { format: 'csv', selection: { leads: 'matching', filter: {} } }

describe('an export', () => {
  it('is asked for, made, read with its manifest in headers, and deleted', async () => {
    const asked = await agent.send<ExportBody>('POST', '/v1/exports', { ...everything, timeZone: 'America/Sao_Paulo' })
    expect(asked).toMatchObject({
      status: 202,
      body: { state: 'queued', escaping: 'safe', manifest: null, rows: { done: 0, total: null } },
    })
    const path = `/v1/exports/${asked.body.exportId}`
    expect(await agent.get(`${path}/file`)).toMatchObject({ status: 409, body: { code: 'export-not-ready' } })
    await makeFiles()
    const { body } = await agent.get<ExportBody>(path)
    expect(body).toMatchObject({
      state: 'ready',
      rows: { done: 3_000, total: 3_000 },
      manifest: { rows: 3_000, timeZone: 'America/Sao_Paulo' },
    })
    const answer = await fetch(`${api.url}${path}/file`, { headers: { authorization: agent.authorization } })
    const file = Buffer.from(await answer.arrayBuffer())
    expect(createHash('sha256').update(file).digest('hex')).toBe(body.manifest?.sha256)
    expect(readCsv(file)).toHaveLength(3_001)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-length': String(file.length),
      'content-disposition': expect.stringMatching(/^attachment; filename="leads-demo-[\dTZ-]+\.csv"; filename\*=UTF-8''leads-demo-/),
      'repr-digest': `sha-256=:${createHash('sha256').update(file).digest('base64')}:`,
      'x-export-rows': '3000',
      'x-export-snapshot-at': body.manifest?.snapshotAt,
      'x-export-time-zone': 'America/Sao_Paulo',
      'x-export-escaping': 'safe',
      link: `<${path}>; rel="describedby"`,
    })
    // Who takes leads out of the house can be known.
    const acts = await world.tx.select('SELECT actor, action, target FROM audit_log ORDER BY entry_id')
    const target = `export:${asked.body.exportId}`
    expect(acts).toEqual(['export.requested', 'export.read'].map((action) => ({ actor: agent.principal.actor, action, target })))
    expect(await agent.send('DELETE', path)).toMatchObject({ status: 204 })
    expect(await agent.get(`${path}/file`)).toMatchObject({ status: 409, body: { code: 'export-not-ready' } })
    expect(await agent.get<ExportBody>(path)).toMatchObject({ body: { state: 'expired' } })
    await makeFiles()
    expect(await world.count('export_parts')).toBe(0)
  })

  it('of a page is a workbook of those leads', async () => {
    const { body } = await agent.send<ExportBody>('POST', '/v1/exports', {
      format: 'xlsx',
      selection: { leads: 'listed', leadIds: [idOf(5), idOf(3)] },
    })
    await makeFiles()
    expect(await agent.get<ExportBody>(`/v1/exports/${body.exportId}`)).toMatchObject({
      body: {
        state: 'ready',
        timeZone: 'UTC',
        manifest: { rows: 2, escaping: { mode: 'typed' }, selection: { leads: 'listed', count: 2 } },
      },
    })
    const { headers } = await agent.get(`/v1/exports/${body.exportId}/file`)
    expect(headers.get('content-type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  })

  it('whose file is removed while it is read ends in a broken answer, not in a short file', async () => {
    const { body } = await agent.send<ExportBody>('POST', '/v1/exports', everything)
    await makeFiles()
    await world.tx.execute("UPDATE export_parts SET content = REPEAT('x', 8000000)")
    await world.tx.execute(
      'INSERT INTO export_parts (tenant_id, export_id, part, content) SELECT tenant_id, export_id, part + 1, content FROM export_parts WHERE part = 0',
    )
    await world.tx.execute("UPDATE exports SET manifest = REPLACE(manifest, '\"bytes\":', '\"bytes\":9') WHERE state = 'ready'")
    const outcome = await new Promise<string>((resolve) => {
      const asked = request(
        `${api.url}/v1/exports/${body.exportId}/file`,
        { headers: { authorization: agent.authorization } },
        (answer) => {
          answer.on('end', () => resolve('whole'))
          answer.on('error', () => resolve('broken'))
          answer.resume()
        },
      )
      asked.on('error', () => resolve('broken'))
      asked.end()
    })
    expect(outcome).toBe('broken')
  })

  it('shows no more than the plan does, though it was made under a larger one', async () => {
    const large = await agent.send<ExportBody>('POST', '/v1/exports', everything)
    await makeFiles()
    await tenantOf(world, 'demo', { plan: 'starter' })
    const small = await agent.send<ExportBody>('POST', '/v1/exports', everything)
    await makeFiles()
    const newest = leads
      .slice(-5)
      .reverse()
      .map(({ leadId }) => uuidOf(leadId))
    const { body } = await agent.get<string>(`/v1/exports/${small.body.exportId}/file`)
    expect(
      readCsv(Buffer.from(body))
        .slice(1)
        .map((row) => row.at(-1)),
    ).toEqual(newest)
    expect(await agent.get(`/v1/exports/${large.body.exportId}/file`)).toMatchObject({ status: 409 })
    await tenantOf(world, 'demo', { plan: 'boost' })
    expect(await agent.get(`/v1/exports/${large.body.exportId}/file`)).toMatchObject({ status: 200 })
  })

  it('is refused with the field that is wrong', async () => {
    for (const [wrong, field] of [
      [{ ...everything, timeZone: 'Mars/Olympus' }, 'body.timeZone'],
      [{ ...everything, format: 'pdf' }, 'body.format'],
      [{ ...everything, columns: ['name'] }, 'body'],
      [{ ...everything, selection: { leads: 'listed', leadIds: [] } }, 'body.selection.leadIds'],
    ] as const)
      expect(await agent.send<BulkBody>('POST', '/v1/exports', wrong)).toMatchObject({ status: 400, body: { errors: [{ field }] } })
  })

  it('is refused at once where its search can find nothing, as is a bulk action', async () => {
    const selection = { leads: 'matching', filter: { search: Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ') } }
    for (const [path, body] of [
      ['/v1/exports', { format: 'csv', selection }],
      ['/v1/bulk-actions', { change: { change: 'assignee', to: null }, selection }],
    ] as const)
      expect(await agent.send('POST', path, body)).toMatchObject({ status: 422, body: { code: 'search-too-long' } })
  })

  it('is for those who may export, of their own tenant', async () => {
    expect(await (await api.as('viewer')).send('POST', '/v1/exports', everything)).toMatchObject({ status: 403 })
    const { body } = await agent.send<ExportBody>('POST', '/v1/exports', everything)
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/file'],
      ['DELETE', ''],
    ] as const)
      expect(await stranger.send(method, `/v1/exports/${body.exportId}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'export-not-found' },
      })
    expect(await stranger.get('/v1/exports')).toMatchObject({ body: { exports: [], next: null } })
    const all = await agent.get<{ exports: ExportBody[] }>('/v1/exports?limit=100')
    expect(all.body.exports[0]?.exportId).toBe(body.exportId)
    await agent.send('DELETE', `/v1/exports/${body.exportId}`)
  })
})

describe('a bulk action', () => {
  const handled = { change: 'status', to: 'handled' }

  it('is started, worked off, read lead by lead, and undone', async () => {
    const started = await agent.send<BulkBody>('POST', '/v1/bulk-actions', {
      change: handled,
      selection: { leads: 'listed', leadIds: [idOf(1), idOf(2), '00000000-0000-7000-8000-000000000000'] },
    })
    expect(started).toMatchObject({
      status: 202,
      body: { state: 'running', actor: agent.principal.actor, counts: { total: 3, waiting: 3 }, change: { ...handled, reason: null } },
    })
    const path = `/v1/bulk-actions/${started.body.bulkId}`
    await workOff()
    expect(await agent.get<BulkBody>(path)).toMatchObject({ body: { state: 'done', counts: { changed: 2, refused: 1, waiting: 0 } } })
    const first = await agent.get<Results>(`${path}/results?limit=2`)
    const second = await agent.get<Results>(`${path}/results?limit=2&after=${first.body.next}`)
    expect([...first.body.results, ...second.body.results].map(({ leadId, code, result }) => [leadId, code ?? result])).toEqual([
      ['00000000-0000-7000-8000-000000000000', 'lead-not-found'],
      [idOf(1), 'changed'],
      [idOf(2), 'changed'],
    ])
    expect((await agent.get<Results>(`${path}/results?result=refused`)).body.results).toHaveLength(1)
    const undo = await agent.send<BulkBody>('POST', `${path}/undo`)
    expect(undo).toMatchObject({ status: 202, body: { undoes: started.body.bulkId, change: { change: 'undo' } } })
    await workOff()
    expect(await agent.get<BulkBody>(`/v1/bulk-actions/${undo.body.bulkId}`)).toMatchObject({
      body: { state: 'done', counts: { total: 2, changed: 2 } },
    })
    expect(await agent.send('POST', `${path}/undo`)).toMatchObject({ status: 409, body: { code: 'bulk-not-undoable' } })
  })

  it('over a filter changes what matches, for whoever asked', async () => {
    const filter = { statuses: ['new'], scoreMin: 100, unread: true }
    const started = await agent.send<BulkBody>('POST', '/v1/bulk-actions', {
      change: { change: 'follow-up', dueAt: '2026-12-01T09:00:00-03:00', note: 'Call' },
      selection: { leads: 'matching', filter },
    })
    expect(started.body).toMatchObject({ state: 'collecting', selection: { filter }, change: { dueAt: '2026-12-01T12:00:00.000Z' } })
    await workOff()
    const matching = leads.filter(({ score }) => score === 100)
    const { body } = await agent.get<BulkBody>(`/v1/bulk-actions/${started.body.bulkId}`)
    expect(body).toMatchObject({ state: 'done', counts: { total: matching.length, changed: matching.length } })
    const { results } = (await agent.get<Results>(`/v1/bulk-actions/${started.body.bulkId}/results?limit=1000`)).body
    expect(results.map(({ leadId }) => leadId)).toEqual(matching.map(({ leadId }) => uuidOf(leadId)))
    const exported = await agent.send<ExportBody>('POST', '/v1/exports', { ...everything, selection: { leads: 'matching', filter } })
    await makeFiles()
    expect((await agent.get<ExportBody>(`/v1/exports/${exported.body.exportId}`)).body.manifest).toMatchObject({
      rows: matching.length,
      selection: { leads: 'matching', filter },
    })
  })

  it('that is cancelled is so at once', async () => {
    const started = await agent.send<BulkBody>('POST', '/v1/bulk-actions', {
      change: handled,
      selection: { leads: 'matching', filter: {} },
    })
    expect(await agent.send<BulkBody>('POST', `/v1/bulk-actions/${started.body.bulkId}/cancel`)).toMatchObject({
      status: 200,
      body: { state: 'cancelled' },
    })
  })

  it('that can succeed for no lead is refused at once', async () => {
    const selection = { leads: 'listed', leadIds: [idOf(1)] }
    for (const [change, code] of [
      [{ change: 'status', to: 'nowhere' }, 'status-unknown'],
      [{ change: 'follow-up', dueAt: '2099-12-01T09:00:00Z' }, 'time-invalid'],
    ] as const)
      expect(await agent.send<BulkBody>('POST', '/v1/bulk-actions', { change, selection })).toMatchObject({ status: 422, body: { code } })
  })

  it('repeated with its Idempotency-Key is the same one', async () => {
    const body = { change: handled, selection: { leads: 'listed', leadIds: [idOf(7)] } }
    const key = { 'idempotency-key': 'once' }
    const [first, again] = [
      await agent.send<BulkBody>('POST', '/v1/bulk-actions', body, key),
      await agent.send<BulkBody>('POST', '/v1/bulk-actions', body, key),
    ]
    expect(again).toMatchObject({ status: 202, body: { bulkId: first.body.bulkId } })
  })

  it('is for those who may write, of their own tenant', async () => {
    const body = { change: handled, selection: { leads: 'listed', leadIds: [idOf(9)] } }
    expect(await (await api.as('viewer')).send('POST', '/v1/bulk-actions', body)).toMatchObject({ status: 403 })
    const { bulkId } = (await agent.send<BulkBody>('POST', '/v1/bulk-actions', body)).body
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/results'],
      ['POST', '/cancel'],
      ['POST', '/undo'],
    ] as const)
      expect(await stranger.send(method, `/v1/bulk-actions/${bulkId}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'bulk-not-found' },
      })
    expect(await stranger.get('/v1/bulk-actions')).toMatchObject({ body: { bulkActions: [], next: null } })
  })
})
