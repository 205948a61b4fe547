import { writeFileSync } from 'node:fs'
import type { Knex } from 'knex'
import { readConfig } from '../services/platform/config.ts'
import { connectDatabase } from '../services/platform/mysql/connection.ts'
import { transactionOn } from '../services/platform/mysql/transaction.ts'

/** The tables of a migrated database as MariaDB describes them, without what changes from run to run. Read it to see the tables; the migrations make them. */
export async function dumpSchema(db: Knex): Promise<string> {
  const tx = transactionOn(db)
  const tables = await tx.select<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
  )
  const statements: string[] = []
  for (const { name } of tables.filter((table) => !table.name.startsWith('schema_migrations'))) {
    const [row] = await tx.select<{ 'Create Table': string }>(`SHOW CREATE TABLE \`${name}\``)
    statements.push(`${row?.['Create Table'].replace(/ AUTO_INCREMENT=\d+/, '')};`)
  }
  return `-- Made from a migrated MariaDB by \`npm run dump-schema\`. Do not edit: add a migration.\n\n${statements.join('\n\n')}\n`
}

if (import.meta.filename === process.argv[1]) {
  const db = connectDatabase(readConfig(['MYSQL_URL'], process.env).MYSQL_URL, 1)
  writeFileSync('schemas/mysql/schema.sql', await dumpSchema(db))
  await db.destroy()
}
