import type { Knex } from 'knex'

/** Work that people start and that goes on by itself: exports with their files, changes of many leads with a result for each. `due_at` says when somebody has to look at a row next, NULL for never. */
export async function up(db: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await db.raw(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

const word = (length: number) => `VARCHAR(${length}) COLLATE utf8mb4_bin`

const tables: Record<string, string> = {
  exports: `
    tenant_id INT UNSIGNED NOT NULL,
    export_id BINARY(16) NOT NULL,
    state ${word(16)} NOT NULL,
    request MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
    requested_by ${word(128)} NOT NULL,
    requested_at DATETIME(3) NOT NULL,
    due_at DATETIME(3) NULL,
    claim BINARY(16) NULL,
    attempts INT UNSIGNED NOT NULL DEFAULT 0,
    rows_total INT UNSIGNED NULL,
    rows_done INT UNSIGNED NOT NULL DEFAULT 0,
    file_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
    manifest MEDIUMTEXT COLLATE utf8mb4_bin NULL,
    reason VARCHAR(500) NULL,
    finished_at DATETIME(3) NULL,
    PRIMARY KEY (tenant_id, export_id),
    KEY exports_due (due_at)`,
  export_parts: `
    tenant_id INT UNSIGNED NOT NULL,
    export_id BINARY(16) NOT NULL,
    part INT UNSIGNED NOT NULL,
    content MEDIUMBLOB NOT NULL,
    PRIMARY KEY (tenant_id, export_id, part)`,
  bulk_actions: `
    tenant_id INT UNSIGNED NOT NULL,
    bulk_id BINARY(16) NOT NULL,
    state ${word(16)} NOT NULL,
    request MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
    actor ${word(128)} NOT NULL,
    requested_at DATETIME(3) NOT NULL,
    undoes_bulk_id BINARY(16) NULL,
    due_at DATETIME(3) NULL,
    claim BINARY(16) NULL,
    position BINARY(16) NULL,
    leads_total INT UNSIGNED NOT NULL DEFAULT 0,
    leads_changed INT UNSIGNED NOT NULL DEFAULT 0,
    leads_unchanged INT UNSIGNED NOT NULL DEFAULT 0,
    leads_refused INT UNSIGNED NOT NULL DEFAULT 0,
    reason VARCHAR(500) NULL,
    finished_at DATETIME(3) NULL,
    PRIMARY KEY (tenant_id, bulk_id),
    UNIQUE KEY bulk_actions_one_undo (tenant_id, undoes_bulk_id),
    KEY bulk_actions_due (due_at)`,
  bulk_results: `
    tenant_id INT UNSIGNED NOT NULL,
    bulk_id BINARY(16) NOT NULL,
    lead_id BINARY(16) NOT NULL,
    result ${word(16)} NOT NULL,
    sequence INT UNSIGNED NULL,
    lead_before VARCHAR(1000) COLLATE utf8mb4_bin NULL,
    code ${word(64)} NULL,
    reason VARCHAR(500) NULL,
    PRIMARY KEY (tenant_id, bulk_id, lead_id)`,
}
