import { createHash } from 'node:crypto'
import type { World } from '../world.ts'

// What every request may touch: when a credential was last used, how often somebody tried to sign in, keys that are made when they are first needed.
const busy: ReadonlySet<string> = new Set(['api_tokens', 'sessions', 'sign_in_failures', 'shared_secrets'])

/** A fingerprint of each table's rows, of one tenant's where the table knows tenants and one is named. */
export async function tableContents(world: World, tenantId?: number): Promise<Record<string, string>> {
  const columns = await world.tx.select<{ name: string; columns: string }>(
    'SELECT table_name AS name, GROUP_CONCAT(column_name) AS columns FROM information_schema.columns WHERE table_schema = DATABASE() GROUP BY table_name ORDER BY table_name',
  )
  const contents: Record<string, string> = {}
  for (const { name, columns: found } of columns) {
    if (busy.has(name)) continue
    const isTenants = found.split(',').includes('tenant_id')
    if (tenantId !== undefined && !isTenants) continue
    const rows = await world.tx.select<object>(
      tenantId === undefined ? `SELECT * FROM ${name}` : `SELECT * FROM ${name} WHERE tenant_id = ?`,
      tenantId === undefined ? [] : [tenantId],
    )
    const lines = rows.map((row) => JSON.stringify(row)).sort()
    contents[name] = `${lines.length} rows ${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)}`
  }
  return contents
}
