/** What a database (or the reference model) holds, as plain rows. Ids are only compared with each other. */
export type LeadSnapshot = {
  contacts: { tenant: string; contactId: string }[]
  keys: { tenant: string; kind: string; value: string; contactId: string }[]
  submissions: { tenant: string; submissionId: string; contactId: string; strongestKey: { kind: string; value: string } | null }[]
  links: { tenant: string; leadId: string; submissionId: string }[]
  leads: { tenant: string; leadId: string; contactId: string; active: boolean; score: number }[]
  leadEvents: { tenant: string; leadId: string; sequence: number; kind: string }[]
  scoreLines: { tenant: string; leadId: string; rule: string; evidence: string; points: number }[]
}

export type Violation = { rule: string; subject: string }

/** Rules that hold at every moment, whatever the order of events was; answers what breaks them. */
export function checkInvariants(snapshot: LeadSnapshot): Violation[] {
  const { contacts, keys, submissions, links, leads, leadEvents, scoreLines } = snapshot
  const broken: Violation[] = []
  const demand = (isKept: boolean, rule: string, subject: string) => {
    if (!isKept) broken.push({ rule, subject })
  }
  const contactIds = new Set(contacts.map(({ tenant, contactId }) => id(tenant, contactId)))
  const leadById = new Map(leads.map((lead) => [id(lead.tenant, lead.leadId), lead]))
  const submissionById = new Map(submissions.map((row) => [id(row.tenant, row.submissionId), row]))
  const keysByName = group(keys, ({ tenant, kind, value }) => id(tenant, kind, value))
  const linksBySubmission = group(links, ({ tenant, submissionId }) => id(tenant, submissionId))
  const linksByLead = group(links, ({ tenant, leadId }) => id(tenant, leadId))
  const eventsByLead = group(leadEvents, ({ tenant, leadId }) => id(tenant, leadId))
  const linesByLead = group(scoreLines, ({ tenant, leadId }) => id(tenant, leadId))
  const activeByContact = group(
    leads.filter(({ active }) => active),
    ({ tenant, contactId }) => id(tenant, contactId),
  )

  for (const [name, rows] of keysByName) {
    demand(rows.length === 1, 'a key belongs to one contact', name)
    for (const { tenant, contactId } of rows) demand(contactIds.has(id(tenant, contactId)), 'a key belongs to a contact that exists', name)
  }
  for (const [contact, rows] of activeByContact) demand(rows.length === 1, 'a contact has one active lead at most', contact)
  for (const [name, { tenant, contactId, strongestKey }] of submissionById) {
    demand(contactIds.has(id(tenant, contactId)), 'a submission has a contact that exists', name)
    demand(linksBySubmission.get(name)?.length === 1, 'a submission belongs to exactly one lead', name)
    if (strongestKey === null) continue
    const owners = keysByName.get(id(tenant, strongestKey.kind, strongestKey.value)) ?? []
    demand(
      owners.some((owner) => owner.contactId === contactId),
      'the contact of a submission holds its strongest key',
      name,
    )
  }
  for (const { tenant, leadId, submissionId } of links) {
    const lead = leadById.get(id(tenant, leadId))
    const submission = submissionById.get(id(tenant, submissionId))
    demand(
      lead !== undefined && submission !== undefined,
      'a link joins a lead and a submission that exist',
      id(tenant, leadId, submissionId),
    )
    if (lead && submission)
      demand(lead.contactId === submission.contactId, 'a lead and its submissions have one contact', id(tenant, leadId))
  }
  for (const [name, lead] of leadById) {
    const events = eventsByLead.get(name) ?? []
    const lines = linesByLead.get(name) ?? []
    const submitted = events.filter(({ kind }) => kind === 'opened' || kind === 'submission_added').length
    const sum = lines.reduce((points, line) => points + line.points, 0)
    const sequences = events.map(({ sequence }) => sequence).sort((a, b) => a - b)
    demand(contactIds.has(id(lead.tenant, lead.contactId)), 'a lead has a contact that exists', name)
    demand(
      sequences.every((sequence, index) => sequence === index + 1),
      'sequences are 1, 2, 3 without gaps',
      name,
    )
    const opened = events.filter(({ kind }) => kind === 'opened')
    demand(opened.length === 1 && opened[0]?.sequence === 1, 'a lead is opened once, by its first event', name)
    demand(submitted === linksByLead.get(name)?.length, 'a lead has one event for each submission', name)
    demand(sum === lead.score, 'a score is the sum of its lines', name)
    demand(lead.score >= 0 && lead.score <= 100, 'a score is between 0 and 100', name)
    demand(
      new Set(lines.map(({ rule, evidence }) => id(rule, evidence))).size === lines.length,
      'a rule counts once for its evidence',
      name,
    )
  }
  for (const name of [...eventsByLead.keys(), ...linesByLead.keys()])
    demand(leadById.has(name), 'history and lines belong to a lead that exists', name)
  return broken
}

const id = (...parts: string[]) => JSON.stringify(parts)

function group<Row>(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const name = nameOf(row)
    const rest = groups.get(name)
    if (rest) rest.push(row)
    else groups.set(name, [row])
  }
  return groups
}
