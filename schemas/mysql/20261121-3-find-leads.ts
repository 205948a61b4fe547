import type { Knex } from 'knex'

/** What leads are found by (ADR 0006): terms and tags in narrow tables, indexes in which ids sort newest first, saved views. */
export async function up(db: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await db.raw(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
  for (const [name, columns] of Object.entries(leadIndexes)) {
    const [[found]] = (await db.raw(
      'SELECT COUNT(*) AS found FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?',
      ['leads', name],
    )) as [[{ found: number }]]
    if (Number(found.found) === 0) await db.raw(`ALTER TABLE leads ADD INDEX ${name} (${columns})`)
  }
}

const word = (length: number) => `VARCHAR(${length}) COLLATE utf8mb4_bin`

const leadIndexes = {
  leads_status: 'tenant_id, status, lead_id',
  leads_assignee: 'tenant_id, assignee, lead_id',
  leads_score: 'tenant_id, score, lead_id',
}

const tables: Record<string, string> = {
  lead_terms: `
    tenant_id INT UNSIGNED NOT NULL,
    term ${word(64)} NOT NULL,
    lead_id BINARY(16) NOT NULL,
    p3 ${word(3)} NOT NULL,
    PRIMARY KEY (tenant_id, term, lead_id),
    KEY lead_terms_p3 (tenant_id, p3, lead_id),
    KEY lead_terms_lead (tenant_id, lead_id)`,
  lead_tags: `
    tenant_id INT UNSIGNED NOT NULL,
    tag ${word(32)} NOT NULL,
    lead_id BINARY(16) NOT NULL,
    PRIMARY KEY (tenant_id, tag, lead_id),
    KEY lead_tags_lead (tenant_id, lead_id)`,
  saved_views: `
    tenant_id INT UNSIGNED NOT NULL,
    view_id BINARY(16) NOT NULL,
    owner ${word(128)} NOT NULL,
    name VARCHAR(100) NOT NULL,
    query VARCHAR(4000) NOT NULL,
    shared TINYINT NOT NULL,
    created_at DATETIME(3) NOT NULL,
    changed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, view_id),
    KEY saved_views_owner (tenant_id, owner)`,
}
