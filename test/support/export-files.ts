import { readExportPart, type ExportRequest } from '../../services/leads/exports.ts'
import type { World } from './world.ts'

/** Asks for all leads as they are. */
export const exportOfAll: ExportRequest = {
  format: 'csv',
  escaping: 'raw',
  timeZone: 'America/Sao_Paulo',
  selection: { leads: 'matching', filter: {} },
}

/** The file of an export, put together from its parts; empty when it has none. */
export async function fileOfExport(world: World, tenantId: number, exportId: Buffer): Promise<Buffer> {
  const parts: Buffer[] = []
  for (;;) {
    const part = await readExportPart(world.tx, tenantId, exportId, parts.length)
    if (part === undefined) return Buffer.concat(parts)
    if (part.length > 1_000_000) throw new Error(`a part of ${part.length} bytes`)
    parts.push(part)
  }
}
