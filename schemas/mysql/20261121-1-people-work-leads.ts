import type { Knex } from 'knex'

/** What people do with leads: workflows of a tenant's own, notes, read marks, follow-ups; lines of a score set by hand; answers kept for Idempotency-Key. */
export async function up(db: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await db.raw(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
  for (const [table, column, definition] of added) {
    const [[found]] = (await db.raw(
      'SELECT COUNT(*) AS found FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?',
      [table, column],
    )) as [[{ found: number }]]
    if (Number(found.found) === 0) await db.raw(`ALTER TABLE ${table} ADD COLUMN ${column} ${definition}`)
  }
}

const word = (length: number) => `VARCHAR(${length}) COLLATE utf8mb4_bin`

const added = [
  ['tenants', 'plan', `${word(16)} NOT NULL DEFAULT 'boost'`],
  ['tenants', 'on_closed', `${word(16)} NOT NULL DEFAULT 'new_lead'`],
  ['score_lines', 'author', `${word(128)} NULL`],
  ['score_lines', 'reason', 'VARCHAR(500) NULL'],
] as const

const tables: Record<string, string> = {
  workflows: `
    tenant_id INT UNSIGNED NOT NULL,
    name ${word(64)} NOT NULL,
    definition MEDIUMTEXT NOT NULL,
    changed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, name)`,
  lead_notes: `
    tenant_id INT UNSIGNED NOT NULL,
    lead_id BINARY(16) NOT NULL,
    note_id BINARY(16) NOT NULL,
    sequence INT UNSIGNED NOT NULL,
    author ${word(128)} NOT NULL,
    text TEXT NOT NULL,
    written_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, lead_id, note_id)`,
  lead_reads: `
    tenant_id INT UNSIGNED NOT NULL,
    user_id BINARY(16) NOT NULL,
    lead_id BINARY(16) NOT NULL,
    sequence INT UNSIGNED NOT NULL,
    read_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, user_id, lead_id)`,
  follow_ups: `
    tenant_id INT UNSIGNED NOT NULL,
    follow_up_id BINARY(16) NOT NULL,
    lead_id BINARY(16) NOT NULL,
    state ${word(16)} NOT NULL,
    due_at DATETIME(3) NOT NULL,
    note TEXT NOT NULL,
    agent ${word(64)} NULL,
    remind_at DATETIME(3) NULL,
    reminder_due_at DATETIME(3) NULL,
    reminded_at DATETIME(3) NULL,
    sequence INT UNSIGNED NOT NULL,
    author ${word(128)} NOT NULL,
    created_at DATETIME(3) NOT NULL,
    settled_at DATETIME(3) NULL,
    settled_by ${word(128)} NULL,
    PRIMARY KEY (tenant_id, follow_up_id),
    KEY follow_ups_lead (tenant_id, lead_id),
    KEY follow_ups_due (tenant_id, state, due_at),
    KEY follow_ups_agent (tenant_id, agent, state, due_at),
    KEY follow_ups_reminder (reminder_due_at)`,
  idempotency_keys: `
    tenant_id INT UNSIGNED NOT NULL,
    key_hash BINARY(32) NOT NULL,
    request_hash BINARY(32) NOT NULL,
    status SMALLINT UNSIGNED NOT NULL,
    response MEDIUMTEXT NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, key_hash),
    KEY idempotency_keys_created (created_at)`,
}
