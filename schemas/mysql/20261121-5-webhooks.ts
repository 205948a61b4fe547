import type { Knex } from 'knex'

/** Outgoing webhooks: who wants which events, one row for each event and subscription, and what became of each try. */
export async function up(db: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await db.raw(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

const word = (length: number) => `VARCHAR(${length}) COLLATE utf8mb4_bin`

// webhook_deliveries_due finds what is to be sent, _log and _state are the pages of the delivery log, _lead keeps the order of a lead.
const tables: Record<string, string> = {
  webhooks: `
    tenant_id INT UNSIGNED NOT NULL,
    webhook_id BINARY(16) NOT NULL,
    url ${word(2000)} NOT NULL,
    description VARCHAR(200) NOT NULL,
    types ${word(1000)} NOT NULL,
    secret ${word(128)} NOT NULL,
    previous_secret ${word(128)} NULL,
    previous_until DATETIME(3) NULL,
    state ${word(16)} NOT NULL,
    reason ${word(32)} NULL,
    note VARCHAR(500) NULL,
    failures INT UNSIGNED NOT NULL DEFAULT 0,
    failing_since DATETIME(3) NULL,
    hold_until DATETIME(3) NULL,
    notice_due_at DATETIME(3) NULL,
    created_by ${word(128)} NOT NULL,
    created_at DATETIME(3) NOT NULL,
    changed_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, webhook_id)`,
  webhook_deliveries: `
    tenant_id INT UNSIGNED NOT NULL,
    delivery_id BINARY(16) NOT NULL,
    webhook_id BINARY(16) NOT NULL,
    event_id BINARY(16) NOT NULL,
    lead_id BINARY(16) NULL,
    sequence INT UNSIGNED NOT NULL,
    type ${word(64)} NOT NULL,
    payload MEDIUMTEXT NOT NULL,
    state ${word(16)} NOT NULL,
    attempts INT UNSIGNED NOT NULL DEFAULT 0,
    tries INT UNSIGNED NOT NULL DEFAULT 0,
    claim BINARY(16) NULL,
    queued_at DATETIME(3) NOT NULL,
    due_at DATETIME(3) NULL,
    settled_at DATETIME(3) NULL,
    last_status SMALLINT UNSIGNED NULL,
    last_error ${word(32)} NULL,
    last_ms INT UNSIGNED NULL,
    PRIMARY KEY (tenant_id, delivery_id),
    KEY webhook_deliveries_due (tenant_id, webhook_id, state, due_at),
    KEY webhook_deliveries_log (tenant_id, webhook_id, queued_at),
    KEY webhook_deliveries_state (tenant_id, webhook_id, state, queued_at),
    KEY webhook_deliveries_lead (tenant_id, lead_id, webhook_id, sequence)`,
  webhook_attempts: `
    tenant_id INT UNSIGNED NOT NULL,
    delivery_id BINARY(16) NOT NULL,
    attempt INT UNSIGNED NOT NULL,
    tried_at DATETIME(3) NOT NULL,
    status SMALLINT UNSIGNED NULL,
    error ${word(32)} NULL,
    response_ms INT UNSIGNED NULL,
    response VARCHAR(500) NULL,
    PRIMARY KEY (tenant_id, delivery_id, attempt)`,
}
