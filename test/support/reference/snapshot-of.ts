import type { LeadSnapshot } from './check-invariants.ts'
import type { ReferenceModel } from './reference-model.ts'
import { scoreOf } from './score.ts'

/** The state of a model in the rows that the invariants are checked on. */
export function snapshotOf(model: ReferenceModel): LeadSnapshot {
  const { contacts, leads, submissions } = model
  return {
    contacts: contacts.map(({ tenant, contactId }) => ({ tenant, contactId })),
    keys: contacts.flatMap(({ tenant, contactId, keys }) =>
      [...keys.values()].map(({ kind, value }) => ({ tenant, kind, value, contactId })),
    ),
    submissions: [...submissions.values()].map(({ tenant, submissionId, contactId, strongestKey }) => ({
      tenant,
      submissionId,
      contactId,
      strongestKey,
    })),
    links: leads.flatMap(({ tenant, leadId, submissions: linked }) => linked.map((submissionId) => ({ tenant, leadId, submissionId }))),
    leads: leads.map(({ tenant, leadId, contactId, active, scoreLines }) => ({
      tenant,
      leadId,
      contactId,
      active,
      score: scoreOf(scoreLines),
    })),
    leadEvents: leads.flatMap(({ tenant, leadId, leadEvents }) => leadEvents.map((event) => ({ tenant, leadId, ...event }))),
    scoreLines: leads.flatMap(({ tenant, leadId, scoreLines }) => scoreLines.map((line) => ({ tenant, leadId, ...line }))),
  }
}
