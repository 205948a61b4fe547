import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Knex } from 'knex'
import { migrations } from '../../schemas/migrations.ts'
import { dumpSchema } from '../../ops/dump-schema.ts'
import { connectDatabase } from '../../services/platform/mysql/connection.ts'
import { assertMigrated, migrate } from '../../services/platform/mysql/migrate.ts'
import { createDatabase, testStack } from '../support/world.ts'

let db: Knex
beforeAll(async () => {
  db = connectDatabase(await createDatabase(`tributary_test_migrations_${process.pid}`), 4)
})
afterAll(async () => {
  await db.destroy()
  const admin = connectDatabase(testStack().mysqlAdminUrl, 1)
  await admin.raw(`DROP DATABASE tributary_test_migrations_${process.pid}`)
  await admin.destroy()
})

it('the migrations make what schemas/mysql/schema.sql shows', async () => {
  expect(await dumpSchema(db)).toBe(readFileSync('schemas/mysql/schema.sql', 'utf8'))
})

it('migrating again, and from several programs at once, changes nothing', async () => {
  const applied = await Promise.all([1, 2, 3].map(() => migrate(db, migrations)))
  expect(applied).toEqual([[], [], []])
})

it('a migration that died half way is run again', async () => {
  const before = await dumpSchema(db)
  await db.raw('DROP TABLE orders')
  await db.raw('DELETE FROM schema_migrations')
  await db.raw('UPDATE schema_migrations_lock SET is_locked = 1')
  await migrate(db, migrations)
  expect(await dumpSchema(db)).toBe(before)
})

it('a process refuses a database that lacks a migration, and says what to run', async () => {
  const next = { name: '29990101-1-next', up: async () => undefined }
  await expect(assertMigrated(db, [...migrations, next])).rejects.toThrow('Run `npx tributary migrate`')
})

it('a process refuses a database that is newer than itself', async () => {
  await db('schema_migrations').insert({ name: '29990101-1-next', batch: 9, migration_time: new Date() })
  await expect(assertMigrated(db, migrations)).rejects.toThrow('which this version does not know')
  await db('schema_migrations').where({ name: '29990101-1-next' }).delete()
})
