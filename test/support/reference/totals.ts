import type { LeadEventKind, ReferenceModel, RejectionCode } from './reference-model.ts'
import { scoreOf } from './score.ts'

/** The figures that the exactness run compares with the database and the published topics. */
export function totalsOf(model: ReferenceModel) {
  const ofKind = (kind: LeadEventKind) =>
    model.leads.reduce((sum, { leadEvents }) => sum + leadEvents.filter((event) => event.kind === kind).length, 0)
  return {
    contacts: model.contacts.length,
    leads: model.leads.length,
    submissions: model.submissions.size,
    receipts: model.receipts.size,
    orders: model.orders.size,
    opened: ofKind('opened'),
    submissionAdded: ofKind('submission_added'),
    orderChanged: ofKind('order_changed'),
    scoreChanged: ofKind('score_changed'),
    mails: model.mails,
    publishedActivity: model.leads.reduce((sum, { leadEvents }) => sum + leadEvents.length, 0),
    publishedStatus: ofKind('opened'),
    done: model.outcomes.filter((outcome) => outcome === 'done').length,
    duplicates: model.outcomes.filter((outcome) => outcome === 'duplicate').length,
    scoreSum: model.leads.reduce((sum, { scoreLines }) => sum + scoreOf(scoreLines), 0),
  }
}

/** Rejected inputs by code. */
export function rejectedOf(model: ReferenceModel): Record<RejectionCode, number> {
  const rejected = { 'event-conflict': 0, 'unknown-tenant': 0, 'contract-broken': 0 }
  for (const outcome of model.outcomes) if (typeof outcome === 'object') rejected[outcome.rejected]++
  return rejected
}
