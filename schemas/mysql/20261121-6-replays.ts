import type { Knex } from 'knex'

/** What is published again on request, who closed a dead letter and why, the account of an hour found by its hour, secrets that processes share. */
export async function up(db: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await db.raw(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
  for (const [table, column, definition] of added) {
    if (!(await isThere(db, 'columns', 'column_name', table, column)))
      await db.raw(`ALTER TABLE ${table} ADD COLUMN ${column} ${definition}`)
  }
  for (const [table, index, columns] of indexed) {
    if (!(await isThere(db, 'statistics', 'index_name', table, index))) await db.raw(`ALTER TABLE ${table} ADD KEY ${index} (${columns})`)
  }
}

async function isThere(db: Knex, list: string, field: string, table: string, name: string): Promise<boolean> {
  const [[found]] = (await db.raw(
    `SELECT COUNT(*) AS found FROM information_schema.${list} WHERE table_schema = DATABASE() AND table_name = ? AND ${field} = ?`,
    [table, name],
  )) as [[{ found: number }]]
  return Number(found.found) > 0
}

const word = (length: number) => `VARCHAR(${length}) COLLATE utf8mb4_bin`

const tables: Record<string, string> = {
  replays: `
    tenant_id INT UNSIGNED NOT NULL,
    replay_id BINARY(16) NOT NULL,
    state ${word(16)} NOT NULL,
    author ${word(128)} NOT NULL,
    reason VARCHAR(500) NOT NULL,
    from_at DATETIME(3) NULL,
    to_at DATETIME(3) NULL,
    lead_id BINARY(16) NULL,
    from_sequence INT UNSIGNED NULL,
    to_sequence INT UNSIGNED NULL,
    at_lead_id BINARY(16) NOT NULL,
    at_sequence INT UNSIGNED NOT NULL,
    looked_at BIGINT UNSIGNED NOT NULL,
    published BIGINT UNSIGNED NOT NULL,
    created_at DATETIME(3) NOT NULL,
    settled_at DATETIME(3) NULL,
    PRIMARY KEY (tenant_id, replay_id),
    KEY replays_state (state)`,
  shared_secrets: `
    name ${word(64)} NOT NULL,
    secret BINARY(32) NOT NULL,
    made_at DATETIME(3) NOT NULL,
    PRIMARY KEY (name)`,
}

const added = [
  ['dead_letters', 'settled_by', `${word(128)} NULL`],
  ['dead_letters', 'settled_reason', 'VARCHAR(500) NULL'],
] as const

// An hour of a source has a handful of rows, and they are inserted once: intake does not notice.
const indexed = [['event_counts', 'event_counts_hour', 'tenant_id, hour']] as const
