import { randomUUID } from 'node:crypto'
import { findLeadOfEvent, readLead } from '../../services/leads/lead-view.ts'
import { findTenants } from '../../services/leads/tenants.ts'
import { connectDatabase } from '../../services/platform/mysql/connection.ts'
import { withTransaction } from '../../services/platform/mysql/transaction.ts'
import { pause } from './child-process.ts'
import type { Addresses } from './light-parts.ts'
import { PartFailure } from './part.ts'
import { demoTenant, runTributary } from './set-up-fleet.ts'
import type { StackOptions } from './stack-options.ts'

const patienceMs = 60_000

/** Sends one chat form through the whole fleet and waits until it is a scored lead, its mail is sent and its status is published. Answers the lead's id. */
export async function sendSyntheticEvent(options: StackOptions, addresses: Addresses): Promise<string> {
  const event = syntheticForm(Date.now())
  runTributary(options, addresses, ['events', 'produce', '--topic', 'chat.form-submitted'], `${JSON.stringify(event)}\n`)
  const db = connectDatabase(addresses.MYSQL_URL, 2)
  const deadline = Date.now() + patienceMs
  let missing = 'no lead'
  try {
    while (Date.now() < deadline) {
      const lead = await withTransaction(db, 10_000, async (tx) => {
        const tenant = (await findTenants(tx, [demoTenant])).get(demoTenant)
        const id = tenant === undefined ? undefined : await findLeadOfEvent(tx, tenant, event)
        return tenant === undefined || id === undefined ? undefined : await readLead(tx, tenant.tenantId, id)
      })
      if (lead !== undefined) {
        const isPublished = lead.history.every(({ publishedAt }) => publishedAt !== null)
        const isMailed = lead.mails.some(({ state }) => state === 'sent')
        if (isPublished && isMailed && lead.score > 0) return lead.leadId
        missing = !isPublished ? 'the lead, but no status event' : isMailed ? 'the lead, but no score' : 'the lead, but no mail'
      }
      await pause(100)
    }
  } finally {
    await db.destroy()
  }
  throw new PartFailure(
    `a synthetic event did not come through within ${patienceMs / 1000} s: there is ${missing}. See the logs of the processes.`,
    '',
  )
}

function syntheticForm(now: number) {
  return {
    event_id: `synthetic-${randomUUID()}`,
    tenant: demoTenant,
    occurred_at: now,
    source: 'local-stack',
    form: 'AGENT_REQUEST',
    visitor: { visitor_id: `synthetic-${randomUUID()}`, name: 'Synthetic Visitor', email: 'synthetic.visitor@tributary.example' },
    channel: 'web',
    conversation_id: 'synthetic',
    message: 'This event was sent by `npm start` to see that everything works.',
    transcript: [
      { author: 'VISITOR', text: 'Is anybody there?', at: now - 60_000 },
      { author: 'AI', text: 'I will hand you over to a person.', at: now - 50_000 },
    ],
  }
}
