import type { LeadActivity } from '../../schemas/events.ts'
import { uuidBytes } from '../leads/event-identity.ts'
import { queueMails, type MailIntent } from '../leads/mail-ledger.ts'
import { findTenants } from '../leads/tenants.ts'
import type { Handle } from '../platform/worker/define-worker.ts'
import type { Outcome } from '../platform/worker/outcome.ts'

/**
 * Queues one mail to the tenant's address for each new lead and each follow-up submission. `domain` is that of the Message-IDs. What is published again is no news: whoever gets the mails
 * now would be mailed about every lead of the time.
 */
export const queueNotifications = (domain: string): Handle<LeadActivity> =>
  async function queueNotificationMails(events, { tx, now }) {
    const tenants = await findTenants(
      tx,
      events.map(({ event }) => event.tenant),
    )
    const outcomes: Outcome[] = events.map(({ event }) => ({
      outcome: 'skipped',
      reason: 'not_concerned',
      tenantId: tenants.get(event.tenant)?.tenantId ?? 0,
    }))
    for (const tenant of [...tenants.values()].sort((a, b) => a.tenantId - b.tenantId)) {
      if (tenant.mailTo === null) continue
      const intents = events.flatMap(({ event, isReplay }, index) => {
        const intent = event.tenant === tenant.slug && !isReplay ? intentOf(event) : undefined
        return intent === undefined ? [] : [{ ...intent, index }]
      })
      await queueMails(tx, tenant, tenant.mailTo, intents, domain, now)
      for (const { index } of intents) outcomes[index] = { outcome: 'done', as: 'mail_queued', tenantId: tenant.tenantId }
    }
    return outcomes
  }

function intentOf(event: LeadActivity): MailIntent | undefined {
  const leadId = uuidBytes(event.lead_id)
  if (leadId === undefined || (event.kind !== 'opened' && event.kind !== 'submission_added')) return undefined
  const submissionId = event.submission_id === null ? undefined : uuidBytes(event.submission_id)
  return {
    leadId,
    sequence: event.sequence,
    submissionId: submissionId ?? null,
    template: event.kind === 'opened' ? 'new-lead' : 'follow-up',
  }
}
