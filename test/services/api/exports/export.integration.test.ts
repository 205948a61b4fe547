import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { insertUser } from '../../../../services/accounts/user-store.ts'
import { localTimeIn } from '../../../../services/api/exports/local-time.ts'
import { runExport, type ExportContext } from '../../../../services/api/exports/run-export.ts'
import type { MatchingLeads } from '../../../../services/api/matching-leads.ts'
import { uuidOf } from '../../../../services/leads/event-identity.ts'
import {
  deleteExport,
  listExports,
  readExport,
  readExportPart,
  requestExport,
  type ExportRequest,
} from '../../../../services/leads/exports.ts'
import type { Tenant } from '../../../../services/leads/tenants.ts'
import { withTransaction } from '../../../../services/platform/mysql/transaction.ts'
import { exportOfAll, fileOfExport } from '../../../support/export-files.ts'
import { filledLead, fillLeads, type FilledLead } from '../../../support/fill-leads.ts'
import { everyLead, jobContext, tenantOf } from '../../../support/jobs.ts'
import { readCsv } from '../../../support/read-csv.ts'
import { readXlsx } from '../../../support/read-xlsx.ts'
import { createWorld, ended, eventually, type World } from '../../../support/world.ts'

let world: World
let tenant: Tenant
let tenants = 0
const actor = 'user:018f0000-0000-7000-8000-000000000001'
const slugs = Array.from({ length: 12 }, (_, index) => `demo-${index}`)

beforeAll(async () => {
  world = await createWorld(slugs, 1)
})
afterAll(() => world.close())
beforeEach(async () => {
  tenant = await tenantOf(world, slugs[tenants++] ?? '')
})

const context = (change: Partial<ExportContext> = {}): ExportContext => ({ ...jobContext(world), ...change })
const request = (change: Partial<ExportRequest> = {}) =>
  withTransaction(world.db, 10_000, (tx) => requestExport(tx, tenant, actor, { ...exportOfAll, ...change }, new Date()))

/** Makes the file of an export and answers it with its manifest. */
async function exported(change: Partial<ExportRequest> = {}, parts = context()) {
  const exportId = await request(change)
  while (await runExport(parts));
  const { manifest, state, reason, rowsDone, rowsTotal } = await readExport(world.tx, tenant.tenantId, exportId)
  expect({ state, reason }).toEqual({ state: 'ready', reason: null })
  if (manifest === null) throw new Error('a ready export without a manifest')
  const file = await fileOfExport(world, tenant.tenantId, exportId)
  expect({ sha256: manifest.sha256, bytes: manifest.bytes }).toEqual({
    sha256: createHash('sha256').update(file).digest('hex'),
    bytes: file.length,
  })
  expect([rowsDone, rowsTotal]).toEqual([manifest.rows, manifest.rows])
  return { exportId, file, manifest }
}

const localTime = localTimeIn('America/Sao_Paulo')
// As on the lead's page, what is blank says nothing.
const said = (text: string | null) => (text === null || text.trim() === '' ? null : text)
const cellsOf = (lead: FilledLead): (string | number | null)[] => [
  localTime(lead.openedAt),
  said(lead.name),
  said(lead.email),
  said(lead.phone),
  said(lead.orderNumber),
  'Agent Request, Other',
  'New',
  lead.score,
  lead.assignee,
  lead.source,
  localTime(lead.openedAt + 1),
  1,
  uuidOf(lead.leadId),
]
const headers = [
  'Opened (America/Sao_Paulo)',
  'Name',
  'Email',
  'Phone',
  'Order numbers',
  'Tags',
  'Status',
  'Score',
  'Agent',
  'Source',
  'Last activity (America/Sao_Paulo)',
  'Submissions',
  'Lead ID',
]

const hostile = fc.oneof(
  fc.constantFrom(
    null,
    '',
    '=1+1',
    '+5511999998888',
    '-1',
    '@x',
    'a,"b"\r\n;=c',
    '\t=1',
    'nul\0',
    '😀 محمد',
    '_x000D_',
    '\ufffe',
    '  a  ',
    "o'hara\\",
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constant('long '.repeat(2_000)),
)

describe('an export', () => {
  it('holds exactly what the database holds, in CSV and in XLSX', async () => {
    const people = fc.sample(fc.record({ email: hostile, phone: hostile, orderNumber: hostile, name: hostile }), 150)
    const leads = people.map((person, number) => filledLead(number, person))
    await fillLeads(world, tenant.tenantId, leads)
    const expected = [...leads].reverse().map(cellsOf)
    const csv = await exported()
    expect(readCsv(csv.file)).toEqual([headers, ...expected.map((row) => row.map((cell) => String(cell ?? '')))])
    expect(csv.manifest).toMatchObject({
      rows: 150,
      notFound: 0,
      timeZone: 'America/Sao_Paulo',
      selection: exportOfAll.selection,
      escaping: { mode: 'raw', guardedCells: 0 },
    })
    const xlsx = await exported({ format: 'xlsx' })
    const [[head = [], ...rows] = []] = readXlsx(xlsx.file)
    expect(head.map((cell) => cell?.value)).toEqual(headers)
    expect(rows.map((row) => headers.map((_, column) => row[column]?.value ?? null))).toEqual(
      expected.map((row) => row.map((cell) => (cell === null ? null : String(cell)))),
    )
    expect(xlsx.manifest.escaping).toMatchObject({ mode: 'typed', shortenedCells: 0 })
    const safe = await exported({ escaping: 'safe' })
    expect(safe.manifest.escaping.mode).toBe('safe')
    expect(safe.manifest.escaping.guardedCells).toBeGreaterThan(0)
  })

  it('is of one moment: what changes or comes in meanwhile does not show', async () => {
    const leads = Array.from({ length: 1_200 }, (_, number) => filledLead(number))
    await fillLeads(world, tenant.tenantId, leads)
    let pages = 0
    const disturbed: MatchingLeads = async (...asked) => {
      const page = await everyLead(...asked)
      await fillLeads(world, tenant.tenantId, [filledLead(5_000 + pages), filledLead(1_000, { leadId: Buffer.alloc(16, pages + 1) })])
      await world.tx.execute("UPDATE leads SET status = 'closed', active = 0 WHERE tenant_id = ?", [tenant.tenantId])
      await world.tx.execute("UPDATE submissions SET content = '{}' WHERE tenant_id = ?", [tenant.tenantId])
      pages++
      return page
    }
    const { file, manifest } = await exported({}, context({ matching: disturbed }))
    expect(pages).toBeGreaterThan(2)
    expect(readCsv(file).slice(1)).toEqual([...leads].reverse().map((lead) => cellsOf(lead).map((cell) => String(cell ?? ''))))
    expect(manifest.rows).toBe(1_200)
  })

  it('tells how far it is', async () => {
    await fillLeads(
      world,
      tenant.tenantId,
      Array.from({ length: 1_700 }, (_, number) => filledLead(number)),
    )
    const exportId = await request()
    const seen: [number, number | null][] = []
    const watched: MatchingLeads = async (...asked) => {
      const { rowsDone, rowsTotal } = await readExport(world.tx, tenant.tenantId, exportId)
      seen.push([rowsDone, rowsTotal])
      return await everyLead(...asked)
    }
    let now = Date.now()
    while (await runExport(context({ matching: watched, clock: () => new Date((now += 1_500)) })));
    // The first look counts, the others read pages.
    expect(seen).toEqual([
      [0, null],
      [0, 1_700],
      [500, 1_700],
      [1_000, 1_700],
      [1_500, 1_700],
    ])
  })

  it('of listed leads holds those, in their order, and says how many were not there', async () => {
    const leads = Array.from({ length: 5 }, (_, number) => filledLead(number))
    await fillLeads(world, tenant.tenantId, leads)
    const leadIds = [3, 1, 4].map((number) => uuidOf((leads[number] as FilledLead).leadId))
    const { file, manifest } = await exported({ selection: { leads: 'listed', leadIds: [...leadIds, uuidOf(Buffer.alloc(16, 9))] } })
    expect(
      readCsv(file)
        .slice(1)
        .map((row) => row.at(-1)),
    ).toEqual(leadIds)
    expect(manifest).toMatchObject({ rows: 3, notFound: 1 })
  })

  it('names agents, and keeps the id of one who is not there', async () => {
    const [ana, nobody] = [randomUUID(), randomUUID()]
    const person = { email: 'ana@example.com', name: '=Ana', role: 'agent', state: 'disabled', createdAtMs: 0 } as const
    await insertUser(world.tx, { tenantId: tenant.tenantId, id: ana, ...person })
    await fillLeads(world, tenant.tenantId, [filledLead(1, { assignee: ana }), filledLead(2, { assignee: nobody })])
    const { file } = await exported({ escaping: 'safe' })
    expect(readCsv(file).map((row) => row[8])).toEqual(['Agent', nobody, "'=Ana"])
  })

  it('holds only what the plan shows, listed or not', async () => {
    const leads = Array.from({ length: 9 }, (_, number) => filledLead(number))
    await fillLeads(world, tenant.tenantId, leads)
    tenant = await tenantOf(world, tenant.slug, { plan: 'free' })
    const newest = leads
      .slice(-5)
      .reverse()
      .map(({ leadId }) => uuidOf(leadId))
    const every = await exported()
    expect(
      readCsv(every.file)
        .slice(1)
        .map((row) => row.at(-1)),
    ).toEqual(newest)
    const listed = await exported({ selection: { leads: 'listed', leadIds: leads.map(({ leadId }) => uuidOf(leadId)) } })
    expect(listed.manifest).toMatchObject({ rows: 5, notFound: 4 })
  })

  it('of one tenant is nothing to another, nor are its leads', async () => {
    await fillLeads(world, tenant.tenantId, [filledLead(1)])
    const { exportId } = await exported()
    const leadId = uuidOf(filledLead(1).leadId)
    const owner = tenant.tenantId
    tenant = await tenantOf(world, slugs.at(-1) ?? '')
    expect(tenant.tenantId).not.toBe(owner)
    await expect(readExport(world.tx, tenant.tenantId, exportId)).rejects.toMatchObject({ code: 'export-not-found' })
    await expect(deleteExport(world.tx, tenant.tenantId, exportId, new Date())).rejects.toMatchObject({ code: 'export-not-found' })
    expect(await readExportPart(world.tx, tenant.tenantId, exportId, 0)).toBeUndefined()
    expect(await listExports(world.tx, tenant.tenantId, undefined, 10)).toEqual([])
    const { manifest } = await exported({ selection: { leads: 'listed', leadIds: [leadId] } })
    expect(manifest).toMatchObject({ rows: 0, notFound: 1 })
  })
})

it('50,000 leads are exported by a process that has no room for them', async () => {
  const leads = Array.from({ length: 50_000 }, (_, number) => filledLead(number, { name: `${number} ${'long name '.repeat(80)}` }))
  await fillLeads(world, tenant.tenantId, leads)
  // The rows are some 80 MB, beside what the process is itself.
  const api = await world.start('api', { NODE_OPTIONS: '--max-old-space-size=112' })
  const kept = { filter: {}, asked: { id: '018f0000-0000-7000-8000-000000000001', kind: 'user' } }
  for (const format of ['csv', 'xlsx'] as const) {
    const exportId = await request({ format, selection: { leads: 'matching', filter: kept } })
    const { rowsDone } = await eventually(
      'the file',
      () => readExport(world.tx, tenant.tenantId, exportId),
      ({ state }) => state === 'ready',
    )
    expect(rowsDone).toBe(50_000)
    expect(readsAs[format](await fileOfExport(world, tenant.tenantId, exportId))).toBe(50_001)
    await world.tx.execute('DELETE FROM export_parts WHERE tenant_id = ?', [tenant.tenantId])
  }
  expect(await ended(api, 'SIGTERM')).toBe(0)
})

const readsAs = { csv: (file: Buffer) => readCsv(file).length, xlsx: (file: Buffer) => readXlsx(file)[0]?.length }
