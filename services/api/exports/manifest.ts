import type { ExportManifest } from '../../leads/exports.ts'
import type { TakenExport } from '../../leads/make-export.ts'
import type { Tenant } from '../../leads/tenants.ts'
import type { ExportColumn } from './export-columns.ts'

type Made = {
  rows: number
  notFound: number
  guarded: number
  shortened: number
  bytes: number
  sha256: string
  snapshotAt: Date
}

const contentTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

const explanations = {
  safe: 'So that a spreadsheet runs nothing, an apostrophe was put before = + - @ (and their full-width forms), tab or carriage return at the beginning of a text, and before = + - @ behind a semicolon, tab or line break in one; quotes, apostrophes and unseen signs before them do not count. Phone numbers and negative numbers are as they were. Take one apostrophe away at such places to read the text as it was.',
  raw: 'Every text is as it was. Do not open this file in a spreadsheet: a text that a visitor typed may be run as a formula.',
  typed:
    'Every text is typed as text and as it was; none is run as a formula. A text longer than 32,767 characters, which is more than a cell holds, ends in an ellipsis.',
} as const

/** What a finished file holds, for people and programs that check it. */
export function manifestOf(
  tenant: Tenant,
  { request, requestedAt }: TakenExport,
  columns: readonly ExportColumn[],
  made: Made,
): ExportManifest {
  const mode = request.format === 'xlsx' ? 'typed' : request.escaping
  return {
    fileName: `leads-${tenant.slug}-${new Date(requestedAt).toISOString().slice(0, 19).replaceAll(':', '')}Z.${request.format}`,
    contentType: contentTypes[request.format],
    bytes: made.bytes,
    sha256: made.sha256,
    rows: made.rows,
    notFound: made.notFound,
    snapshotAt: made.snapshotAt.getTime(),
    timeZone: request.timeZone,
    columns: columns.map(({ key, header }) => ({ key, header })),
    selection: request.selection,
    escaping: { mode, explanation: explanations[mode], guardedCells: made.guarded, shortenedCells: made.shortened },
  }
}
