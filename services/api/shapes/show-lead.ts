import type { z } from 'zod'
import type { Lead } from '../../leads/lead-store.ts'
import { uuidOf } from '../../leads/event-identity.ts'
import {
  contactDetailsOf,
  mailsOfLead,
  ordersOfKeys,
  shownKeys,
  submissionsOfLead,
  type SubmissionOfLead,
} from '../../leads/lead-detail.ts'
import type { FollowUp } from '../../leads/list-follow-ups.ts'
import { readSequence } from '../../leads/notes.ts'
import { isLimited } from '../../leads/plan.ts'
import type { Tenant } from '../../leads/tenants.ts'
import { movesFrom, statusOf, type Workflow } from '../../leads/workflow.ts'
import type { Transaction } from '../../platform/mysql/transaction.ts'
import type { Principal } from '../../accounts/principal.ts'
import { bytesOf, timeOf, timeOrNull } from './common.ts'
import type { followUpShape, leadDetailShape, leadShape, submissionShape } from './lead.ts'

type Shown<Shape extends z.ZodType> = z.input<Shape>

/** A lead with all that its details page needs at once. */
export async function showLeadDetail(
  tx: Transaction,
  tenant: Tenant,
  principal: Principal,
  lead: Lead,
): Promise<Shown<typeof leadDetailShape>> {
  const submissions = await submissionsOfLead(tx, tenant.tenantId, lead.leadId)
  const keys = await shownKeys(tx, tenant, lead, submissions)
  const orders = await ordersOfKeys(
    tx,
    tenant.tenantId,
    keys.map(({ hash }) => hash),
  )
  const read = principal.kind === 'user' ? await readSequence(tx, tenant.tenantId, bytesOf(principal.id), lead.leadId) : lead.sequence
  return {
    ...showLead(tenant, lead, submissions, await mailsOfLead(tx, tenant.tenantId, lead.leadId)),
    submissions: submissions.map((submission, index) => showSubmission(index === 0 ? withoutPast(tenant, lead, submission) : submission)),
    keys: keys.map(({ kind, value, strength }) => ({ kind, value, strength })),
    orders: orders.map(({ changedAt, ...order }) => ({ ...order, changedAt: timeOf(changedAt) })),
    unreadBy: read < lead.sequence,
  }
}

/** The first submission of a lead, as if the person had none before where the plan hides those: the rule by which it joined would tell that there are some. */
const withoutPast = (tenant: Tenant, { previousLeadId }: Lead, submission: SubmissionOfLead): SubmissionOfLead =>
  isLimited(tenant) && previousLeadId === null ? { ...submission, rule: 'new-contact/1' } : submission

/** A lead as it is now; what an action answers. */
export async function showLeadNow(tx: Transaction, tenant: Tenant, lead: Lead): Promise<Shown<typeof leadShape>> {
  const submissions = await submissionsOfLead(tx, tenant.tenantId, lead.leadId)
  return showLead(tenant, lead, submissions, await mailsOfLead(tx, tenant.tenantId, lead.leadId))
}

function showLead(
  tenant: Tenant,
  lead: Lead,
  submissions: readonly SubmissionOfLead[],
  mails: Awaited<ReturnType<typeof mailsOfLead>>,
): Shown<typeof leadShape> {
  const inState = (...states: string[]) => mails.filter(({ state }) => states.includes(state)).length
  const sent = mails.flatMap(({ sentAt }) => (sentAt === null ? [] : [sentAt]))
  return {
    leadId: uuidOf(lead.leadId),
    contactId: uuidOf(lead.contactId),
    sequence: lead.sequence,
    status: showStatus(tenant.definition, lead),
    active: lead.active,
    moves: movesFrom(tenant.definition, lead.status).map(({ to, label }) => ({ to, label })),
    score: lead.score,
    tag: lead.tag,
    tags: lead.tags,
    assignee: lead.assignee,
    source: lead.source,
    openedAt: timeOf(lead.openedAt),
    lastActivityAt: timeOf(lead.lastActivityAt),
    previousLeadId: lead.previousLeadId === null ? null : uuidOf(lead.previousLeadId),
    contact: contactDetailsOf(submissions),
    mail: {
      queued: inState('queued', 'sending'),
      sent: inState('sent'),
      failed: inState('failed'),
      lastSentAt: sent.length === 0 ? null : timeOf(Math.max(...sent)),
    },
  }
}

/** The status of a lead with its label; one that the workflow lacks by now keeps its name for a label. */
export const showStatus = (workflow: Workflow, { status, active }: Pick<Lead, 'status' | 'active'>) =>
  statusOf(workflow, status) ?? { name: status, label: status, isFinal: !active }

function showSubmission({ content, occurredAt, receivedAt, rule, ...rest }: SubmissionOfLead): Shown<typeof submissionShape> {
  const { name, email, phone, orderNumber, message, channel, conversationId, pageUrl, coupon, inReplyTo, transcript, products } = content
  return {
    ...rest,
    occurredAt: timeOf(occurredAt),
    receivedAt: timeOf(receivedAt),
    joinedBy: rule,
    name,
    email,
    phone,
    orderNumber,
    message,
    channel,
    conversationId,
    pageUrl,
    coupon,
    inReplyTo,
    transcript: transcript.map(({ author, text, at }) => ({
      author: author.toLowerCase() as Lowercase<typeof author>,
      text,
      at: timeOrNull(at),
    })),
    products,
  }
}

export const showFollowUp = (followUp: FollowUp): Shown<typeof followUpShape> => ({
  ...followUp,
  dueAt: timeOf(followUp.dueAt),
  remindAt: timeOrNull(followUp.remindAt),
  remindedAt: timeOrNull(followUp.remindedAt),
  createdAt: timeOf(followUp.createdAt),
  settledAt: timeOrNull(followUp.settledAt),
})
