import type { SqlRow } from '../../services/platform/mysql/transaction.ts'
import { withTransaction } from '../../services/platform/mysql/transaction.ts'
import type { World } from './world.ts'

/** What a lead that is put straight into the tables says. */
export type FilledLead = {
  leadId: Buffer
  name: string | null
  email: string | null
  phone: string | null
  orderNumber: string | null
  status: string
  score: number
  assignee: string | null
  source: string
  openedAt: number
}

const base = Date.UTC(2026, 0, 1)

/** A lead that is made of its number: what is not given is plain. */
export function filledLead(number: number, change: Partial<FilledLead> = {}): FilledLead {
  const leadId = Buffer.alloc(16, 7)
  leadId.writeUIntBE(base + number * 1_000, 0, 6)
  leadId.writeUInt32BE(number, 12)
  return {
    leadId,
    name: `Person ${number}`,
    email: `person${number}@example.com`,
    phone: `+55119${String(10_000_000 + number)}`,
    orderNumber: `#${number}`,
    status: 'new',
    score: number % 101,
    assignee: null,
    source: 'chat',
    openedAt: base + number * 1_000,
    ...change,
  }
}

/** Puts leads, each with its own contact and submission, straight into the tables: for tests of what reads them. */
export async function fillLeads(world: World, tenantId: number, leads: readonly FilledLead[]): Promise<void> {
  for (let from = 0; from < leads.length; from += 2_000) {
    const some = leads.slice(from, from + 2_000)
    await withTransaction(world.db, 60_000, async (tx) => {
      await tx.insert(
        'contacts',
        ['tenant_id', 'contact_id', 'name', 'created_at'],
        some.map(({ leadId, openedAt }): SqlRow => [tenantId, leadId, null, new Date(openedAt)]),
      )
      await tx.insert(
        'leads',
        [
          'tenant_id',
          'lead_id',
          'contact_id',
          'status',
          'active',
          'sequence',
          'score',
          'tag',
          'tags',
          'assignee',
          'source',
          'opened_at',
          'last_activity_at',
        ],
        some.map(({ leadId, status, score, assignee, source, openedAt }): SqlRow => [
          tenantId,
          leadId,
          leadId,
          status,
          1,
          1,
          score,
          'agent_request',
          'agent_request,other',
          assignee,
          source,
          new Date(openedAt),
          new Date(openedAt + 1),
        ]),
      )
      await tx.insert(
        'submissions',
        [
          'tenant_id',
          'submission_id',
          'event_hash',
          'contact_id',
          'tag',
          'source',
          'event_id',
          'topic',
          'occurred_at',
          'received_at',
          'content',
        ],
        some.map(({ leadId, name, email, phone, orderNumber, openedAt }): SqlRow => [
          tenantId,
          leadId,
          Buffer.concat([leadId, leadId]),
          leadId,
          'agent_request',
          'chat',
          leadId.toString('hex'),
          'chat.form-submitted',
          new Date(openedAt),
          new Date(openedAt),
          JSON.stringify({ name, email, phone, orderNumber, transcript: [] }),
        ]),
      )
      await tx.insert(
        'lead_submissions',
        ['tenant_id', 'lead_id', 'submission_id', 'rule', 'linked_at'],
        some.map(({ leadId, openedAt }): SqlRow => [tenantId, leadId, leadId, 'new-contact/1', new Date(openedAt)]),
      )
    })
  }
}
