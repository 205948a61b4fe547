import type { Transaction } from '../platform/mysql/transaction.ts'
import { queueMails } from './mail-ledger.ts'
import { readTenant } from './tenants.ts'

/** A follow-up whose reminder is due. `agent` is the id of the one who gets it; null for nobody in particular. */
type DueReminder = {
  tenant_id: number
  follow_up_id: Buffer
  lead_id: Buffer
  agent: string | null
  sequence: number
  assignee: string | null
  submission_id: Buffer | null
}

/** Finds the mail address of an agent of a tenant; undefined for one who is gone or may not come in. */
export type AddressOf = (tenantId: number, userId: string) => Promise<string | undefined>

/**
 * Queues the mails of reminders that are due, `limit` follow-ups at most: to the follow-up's agent, else to the lead's, else to the tenant's address. One whose lead has ended
 * is passed over. The mail and the mark are one transaction, so that a reminder is queued once. Answers how many it took.
 */
export async function queueReminders(tx: Transaction, addressOf: AddressOf, domain: string, limit: number, now: Date): Promise<number> {
  const due = await tx.select<{ tenant_id: number; follow_up_id: Buffer }>(
    `SELECT follow_ups.tenant_id, follow_ups.follow_up_id FROM follow_ups WHERE follow_ups.reminder_due_at <= ? ORDER BY follow_ups.reminder_due_at LIMIT ${Math.trunc(limit)} FOR UPDATE`,
    [now],
  )
  for (const tenantId of new Set(due.map((row) => row.tenant_id))) {
    const ids = due.filter((row) => row.tenant_id === tenantId).map((row) => row.follow_up_id)
    const tenant = await readTenant(tx, tenantId)
    for (const reminder of await readReminders(tx, tenantId, ids)) {
      const agent = reminder.agent ?? reminder.assignee
      const recipient = (agent === null ? undefined : await addressOf(tenantId, agent)) ?? tenant.mailTo
      if (recipient === null) continue
      const { lead_id: leadId, submission_id: submissionId, sequence } = reminder
      await queueMails(tx, tenant, recipient, [{ leadId, sequence, submissionId, template: 'follow-up-reminder' }], domain, now)
    }
    await tx.execute('UPDATE follow_ups SET reminder_due_at = NULL, reminded_at = ? WHERE tenant_id = ? AND follow_up_id IN (?)', [
      now,
      tenantId,
      ids,
    ])
  }
  return due.length
}

async function readReminders(tx: Transaction, tenantId: number, ids: readonly Buffer[]): Promise<DueReminder[]> {
  return await tx.select<DueReminder>(
    `SELECT follow_ups.tenant_id, follow_ups.follow_up_id, follow_ups.lead_id, follow_ups.agent, follow_ups.sequence, leads.assignee,
       (SELECT MAX(lead_submissions.submission_id) FROM lead_submissions WHERE lead_submissions.tenant_id = leads.tenant_id AND lead_submissions.lead_id = leads.lead_id) AS submission_id
     FROM follow_ups JOIN leads ON leads.tenant_id = follow_ups.tenant_id AND leads.lead_id = follow_ups.lead_id
     WHERE follow_ups.tenant_id = ? AND follow_ups.follow_up_id IN (?) AND follow_ups.state = 'open' AND leads.active = 1 ORDER BY follow_ups.follow_up_id`,
    [tenantId, ids],
  )
}
