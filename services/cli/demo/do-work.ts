import type { Knex } from 'knex'
import { changeLeads, type Actor } from '../../leads/change-leads.ts'
import { eventHashOf, idFromEvent, uuidBytes } from '../../leads/event-identity.ts'
import { addFollowUp, settleFollowUp } from '../../leads/follow-ups.ts'
import { addNote } from '../../leads/notes.ts'
import type { Tenant } from '../../leads/tenants.ts'
import { withTransaction, type Transaction } from '../../platform/mysql/transaction.ts'
import type { Deed, Story } from './story.ts'

type Work = Story['work'][number]
type Found = { leadId: Buffer; deeds: Deed[] }

// A commit for each lead would cost more than the work; all at once would hold the locks of all leads.
const leadsPerTransaction = 20

/** Does the team's work at the times it is told for, on leads that nobody has worked on yet; answers how many these were. `team` are the ids of the users. */
export async function doWork(db: Knex, tenant: Tenant, team: readonly string[], work: readonly Work[]): Promise<number> {
  let workedOn = 0
  for (let from = 0; from < work.length; from += leadsPerTransaction) {
    workedOn += await withTransaction(db, 30_000, async (tx) => {
      const found = await leadsToWorkOn(tx, tenant, work.slice(from, from + leadsPerTransaction))
      for (const { leadId, deeds } of found) for (const deed of deeds) await doDeed(tx, tenant, team, leadId, deed)
      return found.length
    })
  }
  return workedOn
}

async function leadsToWorkOn(tx: Transaction, tenant: Tenant, work: readonly Work[]): Promise<Found[]> {
  const bySubmission = new Map(
    work.map(({ lead: { event }, deeds }) => [
      idFromEvent('submission', tenant.slug, event.occurred_at, eventHashOf(event)).toString('hex'),
      deeds,
    ]),
  )
  const links = await tx.select<{ submission_id: Buffer; lead_id: Buffer }>(
    'SELECT lead_submissions.submission_id, lead_submissions.lead_id FROM lead_submissions WHERE lead_submissions.tenant_id = ? AND lead_submissions.submission_id IN (?)',
    [tenant.tenantId, [...bySubmission.keys()].map((id) => Buffer.from(id, 'hex'))],
  )
  if (links.length === 0) return []
  const touched = await tx.select<{ aggregateid: Buffer }>(
    "SELECT DISTINCT lead_events.aggregateid FROM lead_events WHERE lead_events.tenant_id = ? AND lead_events.aggregateid IN (?) AND lead_events.actor LIKE 'user:%'",
    [tenant.tenantId, links.map(({ lead_id }) => lead_id)],
  )
  const done = new Set(touched.map(({ aggregateid }) => aggregateid.toString('hex')))
  return links
    .filter(({ lead_id }) => !done.has(lead_id.toString('hex')))
    .map(({ submission_id, lead_id }) => ({ leadId: lead_id, deeds: bySubmission.get(submission_id.toString('hex')) ?? [] }))
    .sort((a, b) => Buffer.compare(a.leadId, b.leadId))
}

async function doDeed(tx: Transaction, tenant: Tenant, team: readonly string[], leadId: Buffer, deed: Deed): Promise<void> {
  const user = (place: number) => team[place] ?? ''
  const actor: Actor = `user:${user(deed.by)}`
  const now = new Date(deed.at)
  switch (deed.does) {
    case 'assign':
      await changeLeads(tx, tenant, actor, [leadId], { change: 'assignee', to: user(deed.to), reason: null }, now)
      return
    case 'move':
      await changeLeads(tx, tenant, actor, [leadId], { change: 'status', to: deed.to, reason: deed.reason }, now)
      return
    case 'score':
      await changeLeads(tx, tenant, actor, [leadId], { change: 'score', to: deed.to, reason: deed.reason }, now)
      return
    case 'note':
      await addNote(tx, tenant, actor, leadId, deed.text, now)
      return
    case 'plan': {
      const { dueAt, note, remindAt } = deed
      const { followUpId } = await addFollowUp(tx, tenant, actor, leadId, { dueAt, note, agent: user(deed.by), remindAt }, now)
      const id = uuidBytes(followUpId)
      if (deed.doneAt !== null && id !== undefined) await settleFollowUp(tx, tenant, actor, id, 'done', new Date(deed.doneAt))
    }
  }
}
