import type { LeadFilter, LeadOrder } from '../../../services/leads/lead-filter.ts'
import type { SubmissionContent } from '../../../services/leads/submission.ts'
import type { Random } from '../../support/random.ts'
import { agents, firstDay, sources, statuses, type KnownLead } from './seeded-leads.ts'

/** What a filter means, said again without index, cursor or SQL: the leads that match, in order. */
export function plainFilter(leads: readonly KnownLead[], filter: LeadFilter, order: LeadOrder): KnownLead[] {
  const matching = leads.filter((lead) => matches(lead, filter))
  return matching.sort((a, b) => (order === 'score' ? b.score - a.score : 0) || Buffer.compare(b.leadId, a.leadId))
}

function matches(lead: KnownLead, filter: LeadFilter): boolean {
  return (
    words(filter.search ?? '').every((word) => lead.submissions.some((submission) => hasWord(submission, word))) &&
    (filter.tags === undefined || filter.tags.some((tag) => lead.tags.includes(tag))) &&
    (filter.statuses === undefined || filter.statuses.includes(lead.status)) &&
    (filter.assignees === undefined || filter.assignees.includes(lead.assignee)) &&
    (filter.sources === undefined || filter.sources.includes(lead.source)) &&
    lead.score >= (filter.scoreMin ?? 0) &&
    lead.score <= (filter.scoreMax ?? 100) &&
    lead.openedAt >= (filter.openedFrom ?? 0) &&
    lead.openedAt < (filter.openedTo ?? Infinity) &&
    (filter.active === undefined || filter.active === lead.active) &&
    (filter.unreadBy === undefined || lead.seen < lead.sequence)
  )
}

const plain = (text: string) =>
  text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
const words = (text: string) =>
  plain(text)
    .split(/\s+/)
    .filter((word) => word !== '')

// The vocabulary of the seeds has no case in which two words of one thing could be taken for one.
function hasWord({ name, email, phone, orderNumber }: SubmissionContent, word: string): boolean {
  const bare = word.replaceAll(/[^\p{L}\p{N}]/gu, '')
  const digits = (phone ?? '').replaceAll(/\D/g, '')
  const numbers = [orderNumber?.replace('#', '') ?? '', digits, digits.slice(2)]
  const mail = plain(email ?? '')
  const things = [
    ...words(name ?? '').flatMap((one) => [one.replaceAll(/['-]/g, ''), ...one.split(/['-]/)]),
    ...mail.split(/[@.]/).slice(0, -1),
    ...mail
      .split(/[@.]/)
      .slice(0, -1)
      .map((_, from, runs) => `${runs.slice(from).join('')}${mail.split('.').at(-1) ?? ''}`),
    ...numbers,
  ].filter((thing) => thing !== '')
  if ([...bare].length < 3) return things.includes(bare) || (/[^ -~]/.test(bare) && things.some((thing) => thing.startsWith(bare)))
  return things.some((thing) => thing.startsWith(bare)) || (/^\d{4,}$/.test(bare) && digits.endsWith(bare))
}

/** A filter that somebody might set: each part now and then, words taken from leads that there are. */
export function randomFilter(random: Random, leads: readonly KnownLead[], userId: Buffer): LeadFilter {
  const some = <Item>(items: readonly Item[]) => random.shuffle(items).slice(0, random.int(1, 2))
  const filter: LeadFilter = {}
  if (random.chance(0.6)) filter.search = randomSearch(random, leads)
  if (random.chance(0.25)) filter.tags = some(['agent_request', 'order_question', 'refund_request', 'cancellation'])
  if (random.chance(0.25)) filter.statuses = some(statuses)
  if (random.chance(0.2)) filter.assignees = some(agents)
  if (random.chance(0.1)) filter.sources = some(sources)
  if (random.chance(0.15)) filter.scoreMin = random.int(0, 100)
  if (random.chance(0.15)) filter.scoreMax = random.int(0, 100)
  if (random.chance(0.15)) filter.openedFrom = firstDay + random.int(0, 20) * 86_400_000
  if (random.chance(0.15)) filter.openedTo = firstDay + random.int(5, 30) * 86_400_000
  if (random.chance(0.1)) filter.active = random.chance(0.5)
  if (random.chance(0.1)) filter.unreadBy = userId
  return filter
}

function randomSearch(random: Random, leads: readonly KnownLead[]): string {
  const { name, email, phone, orderNumber } = random.pick(random.pick(leads).submissions)
  const cut = (text: string) => [...text].slice(0, random.int(1, [...text].length)).join('')
  const choices = [
    ...words(name ?? '').map(cut),
    ...(email === null ? [] : [cut(email), cut(email.split('@')[1] ?? ''), (email.split('.')[1] ?? '').toUpperCase()]),
    ...(phone === null ? [] : [phone, phone.slice(3), phone.slice(-random.int(4, 9))]),
    ...(orderNumber === null ? [] : [orderNumber, orderNumber.slice(1)]),
  ].filter((word) => /[\p{L}\p{N}]/u.test(word))
  if (choices.length === 0 || random.chance(0.05)) return 'nobody'
  const first = random.pick(choices)
  const second = random.pick(choices)
  // Digits that follow each other are read as one number.
  return random.chance(0.3) && !/\d$/.test(first) ? `${first} ${second}` : first
}
