import type { Knex } from 'knex'
import { TributaryError } from '../errors.ts'

export type Migration = { name: string; up(db: Knex): Promise<void> }

const table = 'schema_migrations'

/**
 * Brings the database to the last of `migrations`; answers the names of those that it ran. Safe to run twice and by two programs at once:
 * GET_LOCK lets one in, and knex's own lock, which stays behind after a kill (hazard M14), is freed under it.
 */
export async function migrate(db: Knex, migrations: readonly Migration[]): Promise<string[]> {
  return await db.transaction(async (guard) => {
    const [[lock]] = (await guard.raw("SELECT GET_LOCK('tributary_migrate', 60) AS got")) as [[{ got: number }]]
    if (lock.got !== 1)
      throw new TributaryError(
        'database-lock-timeout',
        'Another program has been migrating this database for a minute; run `tributary migrate` again when it is done.',
      )
    try {
      const options = { tableName: table, migrationSource: sourceOf(migrations), disableTransactions: true }
      await db.migrate.list(options)
      await db.migrate.forceFreeMigrationsLock(options)
      const [, names] = (await db.migrate.latest(options)) as [number, string[]]
      return names
    } finally {
      await guard.raw("SELECT RELEASE_LOCK('tributary_migrate')")
    }
  })
}

/** Throws `database-version`, with the command to run, unless exactly `migrations` have been applied. */
export async function assertMigrated(db: Knex, migrations: readonly Migration[]): Promise<void> {
  const applied = await appliedMigrations(db)
  const missing = migrations.filter((migration) => !applied.includes(migration.name))
  const unknown = applied.filter((name) => !migrations.some((migration) => migration.name === name))
  if (missing.length > 0)
    throw new TributaryError(
      'database-version',
      `The database lacks ${missing.map(({ name }) => name).join(', ')}. Run \`npx tributary migrate\`, then start this process again.`,
    )
  if (unknown.length > 0)
    throw new TributaryError(
      'database-version',
      `The database has ${unknown.join(', ')}, which this version does not know. Run the version that made it, or a newer one.`,
    )
}

async function appliedMigrations(db: Knex): Promise<string[]> {
  if (!(await db.schema.hasTable(table))) return []
  return ((await db(table).select('name').orderBy('name')) as { name: string }[]).map(({ name }) => name)
}

const sourceOf = (migrations: readonly Migration[]): Knex.MigrationSource<Migration> => ({
  getMigrations: async () => [...migrations],
  getMigrationName: (migration) => migration.name,
  getMigration: async (migration) => ({ up: (db: Knex) => migration.up(db), down: async () => undefined }),
})
