import { z } from 'zod'
import type { Export, ExportManifest, ExportSelection } from '../../leads/exports.ts'
import { isTimeZone } from '../exports/local-time.ts'
import { idShape, timeOf, timeOrNull, timeShape } from './common.ts'
import { shownFilterShape, type KeptFilter } from './selection.ts'

export const formatShape = z.enum(['csv', 'xlsx'])
export const escapingShape = z
  .enum(['safe', 'raw'])
  .meta({ description: 'Of a CSV: `safe` keeps spreadsheets from running what visitors typed, `raw` leaves every text as it is' })
export const timeZoneShape = z
  .string()
  .max(64)
  .refine(isTimeZone, 'is no time zone, such as America/Sao_Paulo')
  .meta({ description: 'Name of a time zone, such as America/Sao_Paulo: that of the times in the file' })

const selectionShape = z.union([
  z.object({ leads: z.literal('listed'), count: z.int() }),
  z.object({ leads: z.literal('matching'), filter: shownFilterShape }),
])

const manifestShape = z
  .object({
    fileName: z.string(),
    contentType: z.string(),
    bytes: z.int(),
    sha256: z.string().meta({ description: 'SHA-256 of the file, in hex' }),
    rows: z.int().meta({ description: 'Leads in the file, without the heading' }),
    notFound: z.int().meta({ description: 'Listed leads that were not there' }),
    snapshotAt: timeShape.meta({ description: 'The moment that the file shows' }),
    timeZone: z.string(),
    columns: z.array(z.object({ key: z.string(), header: z.string() })),
    selection: selectionShape,
    escaping: z.object({ mode: z.enum(['safe', 'raw', 'typed']), explanation: z.string(), guardedCells: z.int(), shortenedCells: z.int() }),
  })
  .meta({ id: 'ExportManifest', description: 'What the file holds, to be checked against it' })

export const exportShape = z
  .object({
    exportId: idShape,
    state: z.enum(['queued', 'running', 'ready', 'failed', 'expired']),
    format: formatShape,
    escaping: escapingShape,
    timeZone: z.string(),
    selection: selectionShape,
    requestedBy: z.string(),
    requestedAt: timeShape,
    rows: z.object({ done: z.int(), total: z.int().nullable() }).meta({ description: 'How far it is' }),
    manifest: manifestShape.nullable().meta({ description: 'Set once it is ready' }),
    reason: z.string().nullable().meta({ description: 'Why it failed' }),
    finishedAt: timeShape.nullable(),
    expiresAt: timeShape.nullable().meta({ description: 'Until when the file can be read' }),
  })
  .meta({ id: 'Export' })

/** An export as answers show it. */
export function showExport(found: Export): z.output<typeof exportShape> {
  const { request, rowsDone, rowsTotal, manifest, fileBytes: _fileBytes, requestedAt, finishedAt, expiresAt, ...rest } = found
  return {
    ...rest,
    format: request.format,
    escaping: request.escaping,
    timeZone: request.timeZone,
    selection: showSelection(request.selection),
    requestedAt: timeOf(requestedAt),
    rows: { done: rowsDone, total: rowsTotal },
    manifest: manifest === null ? null : showManifest(manifest),
    finishedAt: timeOrNull(finishedAt),
    expiresAt: timeOrNull(expiresAt),
  }
}

const showManifest = (manifest: ExportManifest): z.output<typeof manifestShape> => ({
  ...manifest,
  snapshotAt: timeOf(manifest.snapshotAt),
  selection: showSelection(manifest.selection),
})

const showSelection = (selection: ExportSelection) =>
  selection.leads === 'listed'
    ? { leads: 'listed' as const, count: selection.leadIds.length }
    : { leads: 'matching' as const, filter: (selection.filter as KeptFilter).filter }
