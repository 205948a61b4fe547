import { Readable } from 'node:stream'
import type { Knex } from 'knex'
import { readExportPart, type ExportManifest } from '../../leads/exports.ts'
import { transactionOn } from '../../platform/mysql/transaction.ts'

/** The file of an export, read a part at a time as fast as it is taken. Ends in an error when it is removed meanwhile, so that nobody takes a part for the whole. */
export function readFile(db: Knex, tenantId: number, exportId: Buffer, bytes: number): Readable {
  async function* parts() {
    let sent = 0
    for (let part = 0; sent < bytes; part++) {
      const content = await readExportPart(transactionOn(db), tenantId, exportId, part)
      if (content === undefined) throw new Error('the file of an export was removed while it was read')
      sent += content.length
      yield content
    }
  }
  // Else a stream of bytes would hold sixteen parts in advance.
  return Readable.from(parts(), { objectMode: true, highWaterMark: 1 })
}

/** The manifest in the headers of the file (RFC 9530, 6266, 5987). */
export function fileHeaders(exportId: string, manifest: ExportManifest): Record<string, string | number> {
  const { fileName, contentType, bytes, sha256, rows, snapshotAt, timeZone, escaping } = manifest
  return {
    'content-type': contentType,
    'content-length': bytes,
    'content-disposition': `attachment; filename="${fileName.replaceAll(/[^\w.-]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    'x-export-rows': rows,
    'x-export-snapshot-at': new Date(snapshotAt).toISOString(),
    'x-export-time-zone': timeZone,
    'x-export-escaping': escaping.mode,
    link: `</v1/exports/${exportId}>; rel="describedby"`,
  }
}
