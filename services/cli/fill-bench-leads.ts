import { hash } from 'node:crypto'
import type { Knex } from 'knex'
import { addTenant } from '../leads/tenants.ts'
import { cutTo } from '../leads/fold-text.ts'
import { withTransaction, type SqlRow, type Transaction } from '../platform/mysql/transaction.ts'
import { benchLead, openedPayload, type BenchLead } from './bench-leads.ts'

const tenantCount = 20
const largeShare = 0.2
const spanMs = 500 * 86_400_000
const leadsAtOnce = 10_000

/** The tenant that has a fifth of all leads. */
export const largeTenant = 'bench-1'

/** Fills the database with `leads` leads of 20 tenants, one of which has a fifth of them, as if they had come in during the 500 days before `now`. */
export async function fillBenchLeads(db: Knex, leads: number, now: Date, say: (text: string) => void): Promise<void> {
  let filled = 0
  for (let number = 1; number <= tenantCount; number++) {
    const slug = `bench-${number}`
    const count = Math.floor(number === 1 ? leads * largeShare : (leads * (1 - largeShare)) / (tenantCount - 1))
    const tenant = { slug, name: slug, workflow: 'pipeline', region: 'BR', timezone: 'America/Sao_Paulo', mailTo: null }
    await withTransaction(db, 10_000, (tx) => addTenant(tx, tenant, now))
    for (let from = 0; from < count; from += leadsAtOnce) {
      const made = Array.from({ length: Math.min(leadsAtOnce, count - from) }, (_, offset) => {
        const index = from + offset
        return benchLead(slug, index, now.getTime() - Math.floor(spanMs * (1 - index / count)) - 60_000)
      })
      await withTransaction(db, 120_000, (tx) => writeLeads(tx, number, made))
      filled += made.length
      if (filled % 100_000 < leadsAtOnce) say(`${filled} leads …`)
    }
  }
  for (const table of ['leads', 'lead_terms', 'lead_tags']) await db.raw(`ANALYZE TABLE ${table}`)
}

async function writeLeads(tx: Transaction, tenantId: number, leads: readonly BenchLead[]): Promise<void> {
  const rows = (rowOf: (lead: BenchLead, at: Date) => SqlRow) => leads.map((lead) => rowOf(lead, new Date(lead.at)))
  await tx.insert(
    'contacts',
    ['tenant_id', 'contact_id', 'name', 'created_at'],
    rows((lead, at) => [tenantId, lead.contactId, lead.content.name, at]),
  )
  await tx.insert(
    'contact_keys',
    ['tenant_id', 'key_hash', 'kind', 'value', 'strength', 'contact_id', 'claim', 'created_at'],
    sorted(
      leads.flatMap((lead) =>
        Object.entries({ email: lead.content.email ?? '', visitor: lead.content.visitorId ?? '' }).map(([kind, value]): SqlRow => [
          tenantId,
          keyHash(kind, `${value}:${lead.eventId}`),
          kind,
          value,
          'typed',
          lead.contactId,
          lead.contactId,
          new Date(lead.at),
        ]),
      ),
    ),
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
      'visitor_id',
      'conversation_id',
      'opened_at',
      'last_activity_at',
    ],
    rows(({ leadId, contactId, status, active, score, tag, assignee, source, content }, at) => [
      tenantId,
      leadId,
      contactId,
      status,
      Number(active),
      1,
      score,
      tag,
      tag,
      assignee,
      source,
      content.visitorId,
      content.conversationId,
      at,
      at,
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
    rows((lead, at) => [
      tenantId,
      lead.submissionId,
      lead.eventHash,
      lead.contactId,
      lead.tag,
      lead.source,
      lead.eventId,
      'chat.form-submitted',
      at,
      at,
      JSON.stringify(lead.content),
    ]),
  )
  await tx.insert(
    'lead_submissions',
    ['tenant_id', 'lead_id', 'submission_id', 'rule', 'linked_at'],
    rows((lead, at) => [tenantId, lead.leadId, lead.submissionId, 'new-contact/1', at]),
  )
  await tx.insert(
    'lead_events',
    ['tenant_id', 'aggregateid', 'sequence', 'id', 'type', 'actor', 'occurred_at', 'recorded_at', 'payload', 'published_at'],
    rows((lead, at) => [tenantId, lead.leadId, 1, lead.submissionId, 'opened', 'system', at, at, openedPayload(lead), at]),
  )
  await tx.insert(
    'lead_tags',
    ['tenant_id', 'tag', 'lead_id'],
    rows(({ tag, leadId }) => [tenantId, tag, leadId]),
  )
  await tx.insert(
    'lead_terms',
    ['tenant_id', 'term', 'lead_id', 'p3'],
    leads
      .flatMap(({ terms, leadId }) => terms.map((term) => ({ term, leadId })))
      .sort((a, b) => (a.term < b.term ? -1 : a.term > b.term ? 1 : Buffer.compare(a.leadId, b.leadId)))
      .map(({ term, leadId }): SqlRow => [tenantId, term, leadId, cutTo(3, term)]),
  )
}

const keyHash = (kind: string, value: string) => hash('sha256', `${kind}\0${value}`, 'buffer')
const sorted = (rows: SqlRow[]) => rows.sort((a, b) => Buffer.compare(a[1] as Buffer, b[1] as Buffer))
