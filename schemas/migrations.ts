import { up as createTables } from './mysql/20261120-1-create-tables.ts'

/** Every migration, oldest first. A released one is never changed. */
export const migrations = [{ name: '20261120-1-create-tables', up: createTables }]
