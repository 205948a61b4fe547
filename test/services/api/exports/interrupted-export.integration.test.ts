import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { runExport, type ExportContext } from '../../../../services/api/exports/run-export.ts'
import type { MatchingLeads } from '../../../../services/api/matching-leads.ts'
import { deleteExport, listExports, readExport, requestExport, type ExportRequest } from '../../../../services/leads/exports.ts'
import { takeDueExport, writeExportPart } from '../../../../services/leads/make-export.ts'
import { Refusal } from '../../../../services/leads/refusal.ts'
import type { Tenant } from '../../../../services/leads/tenants.ts'
import { withTransaction } from '../../../../services/platform/mysql/transaction.ts'
import { exportOfAll, fileOfExport } from '../../../support/export-files.ts'
import { filledLead, fillLeads } from '../../../support/fill-leads.ts'
import { everyLead, jobContext, tenantOf } from '../../../support/jobs.ts'
import { readCsv } from '../../../support/read-csv.ts'
import { createWorld, type World } from '../../../support/world.ts'

let world: World
let tenant: Tenant
let tenants = 0
const actor = 'user:018f0000-0000-7000-8000-000000000001'
const slugs = Array.from({ length: 10 }, (_, index) => `demo-${index}`)

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
const stateOf = async (exportId: Buffer) => (await readExport(world.tx, tenant.tenantId, exportId)).state

describe('an export that is interrupted', () => {
  it('begins anew when its process has died, and the dead one can write no more', async () => {
    await fillLeads(world, tenant.tenantId, [filledLead(1), filledLead(2)])
    const exportId = await request()
    const dead = await withTransaction(world.db, 10_000, (tx) => takeDueExport(tx, Buffer.alloc(16, 1), 30_000, new Date()))
    if (dead === undefined) throw new Error('nothing was due')
    await withTransaction(world.db, 10_000, (tx) => writeExportPart(tx, dead, 0, Buffer.from('half a file')))
    expect(await runExport(context())).toBe(false)
    const later = () => new Date(Date.now() + 31_000)
    expect(await runExport(context({ clock: later }))).toBe(true)
    expect(await withTransaction(world.db, 10_000, (tx) => writeExportPart(tx, dead, 1, Buffer.from('the other half')))).toBe(false)
    expect(readCsv(await fileOfExport(world, tenant.tenantId, exportId))).toHaveLength(3)
  })

  it.each(['csv', 'xlsx'] as const)('by a stop gives its %s back at once, by a deletion leaves nothing behind', async (format) => {
    await fillLeads(
      world,
      tenant.tenantId,
      Array.from({ length: 3_000 }, (_, number) => filledLead(number)),
    )
    const exportId = await request({ format })
    const stop = new AbortController()
    const stopping: MatchingLeads = async (...asked) => {
      if (asked[3] !== undefined) stop.abort()
      return await everyLead(...asked)
    }
    expect(await runExport(context({ matching: stopping }), stop.signal)).toBe(true)
    expect(await stateOf(exportId)).toBe('queued')
    const deleting: MatchingLeads = async (...asked) => {
      if (asked[3] !== undefined) await deleteExport(world.tx, tenant.tenantId, exportId, new Date())
      return await everyLead(...asked)
    }
    while (await runExport(context({ matching: deleting })));
    expect(await stateOf(exportId)).toBe('expired')
    expect(await fileOfExport(world, tenant.tenantId, exportId)).toHaveLength(0)
  })

  it('by a lost connection begins anew, which is not its fault', async () => {
    await fillLeads(world, tenant.tenantId, [filledLead(1), filledLead(2)])
    const exportId = await request()
    const lost: MatchingLeads = async (tx, ...asked) => {
      const [row] = await tx.select<{ id: number }>('SELECT CONNECTION_ID() AS id')
      await world.tx.execute(`KILL CONNECTION ${row?.id}`)
      return await everyLead(tx, ...asked)
    }
    const hour = 3_600_000
    for (let turn = 0; turn < 7; turn++)
      expect(await runExport(context({ matching: lost, clock: () => new Date(Date.now() + turn * hour) }))).toBe(true)
    expect(await stateOf(exportId)).toBe('queued')
    expect(await runExport(context({ clock: () => new Date(Date.now() + 8 * hour) }))).toBe(true)
    expect(readCsv(await fileOfExport(world, tenant.tenantId, exportId))).toHaveLength(3)
  })

  it.each(['csv', 'xlsx'] as const)('by a no of the domain has failed with its sentence (%s)', async (format) => {
    const exportId = await request({ format })
    while (await runExport(context({ matching: () => Promise.reject(new Refusal('search-too-long', 'Too many words.')) })));
    expect(await readExport(world.tx, tenant.tenantId, exportId)).toMatchObject({
      state: 'failed',
      reason: 'Too many words.',
      expiresAt: null,
    })
  })

  it('by its own fault five times has failed, with a reason', async () => {
    await fillLeads(world, tenant.tenantId, [filledLead(1)])
    const exportId = await request({ format: 'xlsx' })
    let now = Date.now()
    const broken: MatchingLeads = () => Promise.reject(new Error('broken'))
    for (let turn = 0; turn < 7; turn++) {
      await runExport(context({ matching: broken, clock: () => new Date(now) }))
      now += 60_000
    }
    expect(await readExport(world.tx, tenant.tenantId, exportId)).toMatchObject({ state: 'failed', manifest: null })
    expect((await readExport(world.tx, tenant.tenantId, exportId)).reason).toContain('five times')
  })
})

it('a file is kept for a day, and no more than five are made at once', async () => {
  await fillLeads(world, tenant.tenantId, [filledLead(1)])
  const exportId = await request()
  while (await runExport(context()));
  expect(await runExport(context({ clock: () => new Date(Date.now() + 23.9 * 3_600_000) }))).toBe(false)
  while (await runExport(context({ clock: () => new Date(Date.now() + 24.1 * 3_600_000) })));
  expect(await readExport(world.tx, tenant.tenantId, exportId)).toMatchObject({ state: 'expired', expiresAt: null, manifest: { rows: 1 } })
  expect(await fileOfExport(world, tenant.tenantId, exportId)).toHaveLength(0)
  for (let count = 0; count < 5; count++) await request()
  await expect(request()).rejects.toMatchObject({ code: 'too-many-exports' })
  for (const { exportId: id } of await listExports(world.tx, tenant.tenantId, undefined, 10))
    await deleteExport(world.tx, tenant.tenantId, Buffer.from(id.replaceAll('-', ''), 'hex'), new Date())
})
