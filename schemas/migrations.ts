import { up as createTables } from './mysql/20261120-1-create-tables.ts'
import { up as peopleWorkLeads } from './mysql/20261121-1-people-work-leads.ts'
import { up as peopleSignIn } from './mysql/20261121-2-people-sign-in.ts'

/** Every migration, oldest first. A released one is never changed. */
export const migrations = [
  { name: '20261120-1-create-tables', up: createTables },
  { name: '20261121-1-people-work-leads', up: peopleWorkLeads },
  { name: '20261121-2-people-sign-in', up: peopleSignIn },
]
