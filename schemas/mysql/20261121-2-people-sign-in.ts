import type { Knex } from 'knex'

/** People, their sessions and the programs that act for a tenant. Of secrets only SHA-256 hashes are kept: each is 256 random bits, so a hash cannot be turned back. */
export async function up(db: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await db.raw(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

const word = (length: number) => `VARCHAR(${length}) COLLATE utf8mb4_bin`

const tables: Record<string, string> = {
  users: `
    tenant_id INT UNSIGNED NOT NULL,
    user_id BINARY(16) NOT NULL,
    email ${word(254)} NOT NULL,
    name VARCHAR(200) NOT NULL,
    role ${word(16)} NOT NULL,
    state ${word(16)} NOT NULL,
    password_hash ${word(255)} NULL,
    created_at DATETIME(3) NOT NULL,
    last_signed_in_at DATETIME(3) NULL,
    PRIMARY KEY (tenant_id, user_id),
    UNIQUE KEY users_email (tenant_id, email)`,
  user_identities: `
    tenant_id INT UNSIGNED NOT NULL,
    identity_hash BINARY(32) NOT NULL,
    user_id BINARY(16) NOT NULL,
    issuer ${word(500)} NOT NULL,
    linked_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, identity_hash),
    KEY user_identities_user (tenant_id, user_id)`,
  sessions: `
    tenant_id INT UNSIGNED NOT NULL,
    session_hash BINARY(32) NOT NULL,
    user_id BINARY(16) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    last_seen_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, session_hash),
    KEY sessions_user (tenant_id, user_id)`,
  user_tickets: `
    tenant_id INT UNSIGNED NOT NULL,
    ticket_hash BINARY(32) NOT NULL,
    kind ${word(16)} NOT NULL,
    user_id BINARY(16) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    PRIMARY KEY (tenant_id, ticket_hash),
    KEY user_tickets_user (tenant_id, user_id)`,
  // Tenant 0 holds what belongs to no tenant: the addresses from which requests come, and names of tenants that do not exist.
  sign_in_failures: `
    tenant_id INT UNSIGNED NOT NULL,
    key_hash BINARY(32) NOT NULL,
    failures INT UNSIGNED NOT NULL,
    last_failed_at DATETIME(3) NOT NULL,
    blocked_until DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, key_hash),
    KEY sign_in_failures_age (tenant_id, last_failed_at)`,
  api_tokens: `
    tenant_id INT UNSIGNED NOT NULL,
    token_id BINARY(16) NOT NULL,
    token_hash BINARY(32) NOT NULL,
    name VARCHAR(200) NOT NULL,
    scopes ${word(500)} NOT NULL,
    created_by ${word(64)} NOT NULL,
    created_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NULL,
    last_used_at DATETIME(3) NULL,
    revoked_at DATETIME(3) NULL,
    PRIMARY KEY (tenant_id, token_id),
    UNIQUE KEY api_tokens_hash (tenant_id, token_hash)`,
  audit_log: `
    tenant_id INT UNSIGNED NOT NULL,
    entry_id BINARY(16) NOT NULL,
    actor ${word(64)} NOT NULL,
    action ${word(64)} NOT NULL,
    target ${word(200)} NULL,
    details TEXT NOT NULL,
    occurred_at DATETIME(3) NOT NULL,
    PRIMARY KEY (tenant_id, entry_id)`,
}
