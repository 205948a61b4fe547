import { up as createTables } from './mysql/20261120-1-create-tables.ts'
import { up as peopleWorkLeads } from './mysql/20261121-1-people-work-leads.ts'
import { up as peopleSignIn } from './mysql/20261121-2-people-sign-in.ts'
import { up as addWebhooks } from './mysql/20261121-5-webhooks.ts'
import { up as findLeads } from './mysql/20261121-3-find-leads.ts'
import { up as createExportsAndBulk } from './mysql/20261121-4-exports-and-bulk.ts'
import { up as replays } from './mysql/20261121-6-replays.ts'

/** Every migration, oldest first. A released one is never changed. */
export const migrations = [
  { name: '20261120-1-create-tables', up: createTables },
  { name: '20261121-1-people-work-leads', up: peopleWorkLeads },
  { name: '20261121-2-people-sign-in', up: peopleSignIn },
  { name: '20261121-5-webhooks', up: addWebhooks },
  { name: '20261121-3-find-leads', up: findLeads },
  { name: '20261121-4-exports-and-bulk', up: createExportsAndBulk },
  { name: '20261121-6-replays', up: replays },
]
