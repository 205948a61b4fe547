import type { Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'
import { readSubmitted } from './submitted-fields.ts'

/** Who a lead is about, as its submissions say (DESIGN D13): name, email and phone each from the newest one that has it. */
export type ShownPerson = { name: string | null; email: string | null; phone: string | null; submissions: number }

// The newest submissions nearly always say it. A lead with hundreds of nameless ones must not make a page slow: what is older than these is not looked at.
const lookedAt = [3, 50] as const

/** The people of these leads, by the text form of the lead's id. */
export async function readShownPeople(tx: Transaction, tenantId: number, leadIds: readonly Buffer[]): Promise<Map<string, ShownPerson>> {
  const people = new Map(leadIds.map((id): [string, ShownPerson] => [textOf(id), { name: null, email: null, phone: null, submissions: 0 }]))
  if (leadIds.length === 0) return people
  const links = await tx.select<{ lead_id: Buffer; submission_id: Buffer }>(
    'SELECT lead_submissions.lead_id, lead_submissions.submission_id FROM lead_submissions WHERE lead_submissions.tenant_id = ? AND lead_submissions.lead_id IN (?)',
    [tenantId, leadIds],
  )
  const submissionsOf = new Map<string, Buffer[]>()
  for (const { lead_id, submission_id } of links.sort((a, b) => Buffer.compare(b.submission_id, a.submission_id)))
    submissionsOf.set(textOf(lead_id), [...(submissionsOf.get(textOf(lead_id)) ?? []), submission_id])
  let from = 0
  for (const to of lookedAt) {
    const ids = [...submissionsOf].flatMap(([lead, own]) => (isComplete(people.get(lead)) ? [] : own.slice(from, to)))
    const submitted = await readSubmitted(tx, tenantId, 'submission_id', ids)
    for (const { leadId, name, email, phone } of submitted.sort((a, b) => Buffer.compare(b.submissionId, a.submissionId))) {
      const person = people.get(textOf(leadId))
      if (person === undefined) continue
      person.name ??= said(name)
      person.email ??= said(email)
      person.phone ??= said(phone)
    }
    from = to
  }
  for (const [lead, person] of people) person.submissions = submissionsOf.get(lead)?.length ?? 0
  return people
}

const isComplete = (person: ShownPerson | undefined) =>
  person !== undefined && person.name !== null && person.email !== null && person.phone !== null
const said = (text: string | null) => (text === null || text.trim() === '' ? null : text)
