import type { ChatFormSubmitted } from '../../../schemas/events.ts'
import type { SubmissionContent } from '../../../services/leads/submission.ts'
import { form } from '../../support/events.ts'
import type { Random } from '../../support/random.ts'
import { work } from '../../support/work.ts'
import type { World } from '../../support/world.ts'

const firstNames = ['Maria', 'María', 'Mário', 'ＭＡＲＩＡ', 'Jean-Luc', 'Søren', 'Li', 'Zoë', 'João', 'Anna', '山田太郎']
const lastNames = ['Silva', 'Souza', "O'Brien", 'Müller', 'Łukasz', 'Wei', 'Sá', 'Santos']
const domains = ['example.com', 'mail.example', 'shop.example']
const kinds: ChatFormSubmitted['form'][] = ['AGENT_REQUEST', 'ORDER_QUESTION', 'COUPON_REQUEST', 'REFUND_REQUEST', 'OTHER']
export const sources = ['web', 'whatsapp', 'shop']
export const agents = ['agent-1', 'agent-2', null]
export const statuses = ['new', 'handled', 'closed']
const dayMs = 86_400_000
export const firstDay = Date.UTC(2026, 8, 1)

/** Forms of people who share names, addresses and days: nearly every filter has several of them. A third are follow-ups. */
export function randomForms(random: Random, tenant: string, count: number, from = 0): ChatFormSubmitted[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    const person = random.chance(0.33) ? Math.max(0, number - random.int(1, 10)) : number
    const first = firstNames[person % firstNames.length] ?? ''
    const last = lastNames[(person * 7) % lastNames.length] ?? ''
    return form({
      event_id: `${tenant}-${number}`,
      tenant,
      occurred_at: firstDay + random.int(0, 30 * dayMs),
      source: random.pick(sources),
      form: random.pick(kinds),
      order_number: random.chance(0.5) ? `#${1000 + person}` : null,
      visitor: {
        visitor_id: `visitor-${person}`,
        name: random.chance(0.9) ? `${first} ${last}` : null,
        email: random.chance(0.7) ? `${asciiOf(first)}.${asciiOf(last)}.n${letters(person)}@${random.pick(domains)}` : null,
        phone: random.chance(0.7) ? `+55119${String(10_000_000 + person * 37).padStart(8, '0')}` : null,
      },
    })
  })
}

/** Brings forms in, and moves, assigns and scores leads at random, as people would; directly, because here only what is found matters. */
export async function seedLeads(world: World, random: Random, tenant: string, count: number): Promise<void> {
  const forms = randomForms(random, tenant, count)
  for (let from = 0; from < forms.length; from += 100) await work(world, 'chat.form-submitted', forms.slice(from, from + 100))
  const rows = await world.tx.select<{ tenant_id: number; lead_id: Buffer }>(
    'SELECT leads.tenant_id, leads.lead_id FROM leads JOIN tenants ON tenants.tenant_id = leads.tenant_id WHERE tenants.slug = ?',
    [tenant],
  )
  for (const { tenant_id, lead_id } of rows) {
    const status = random.pick(statuses)
    await world.tx.execute(
      'UPDATE leads SET status = ?, active = ?, assignee = ?, score = ?, sequence = sequence + ? WHERE tenant_id = ? AND lead_id = ?',
      [status, Number(status !== 'closed'), random.pick(agents), random.int(0, 20) * 5, random.int(0, 2), tenant_id, lead_id],
    )
  }
}

/** A lead with all that a filter can ask for, read the plain way. */
export type KnownLead = {
  leadId: Buffer
  status: string
  active: boolean
  score: number
  sequence: number
  assignee: string | null
  source: string
  openedAt: number
  tags: string[]
  submissions: SubmissionContent[]
  seen: number
}

/** Every lead of a tenant, the newest first. */
export async function knownLeads(world: World, slug: string, userId: Buffer): Promise<KnownLead[]> {
  const rows = await world.tx.select<KnownLeadRow>(
    `SELECT leads.lead_id, leads.status, leads.active, leads.score, leads.sequence, leads.assignee, leads.source, leads.opened_at, leads.tags,
      (SELECT lead_reads.sequence FROM lead_reads WHERE lead_reads.tenant_id = leads.tenant_id AND lead_reads.lead_id = leads.lead_id AND lead_reads.user_id = ?) AS seen
     FROM leads JOIN tenants ON tenants.tenant_id = leads.tenant_id WHERE tenants.slug = ? ORDER BY leads.lead_id DESC`,
    [userId, slug],
  )
  const contents = await world.tx.select<{ lead_id: Buffer; content: string }>(
    `SELECT lead_submissions.lead_id, submissions.content FROM lead_submissions
     JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id
     JOIN tenants ON tenants.tenant_id = lead_submissions.tenant_id WHERE tenants.slug = ? ORDER BY submissions.submission_id DESC`,
    [slug],
  )
  return rows.map((row) => ({
    leadId: row.lead_id,
    status: row.status,
    active: row.active === 1,
    score: row.score,
    sequence: row.sequence,
    assignee: row.assignee,
    source: row.source,
    openedAt: row.opened_at,
    tags: row.tags.split(','),
    submissions: contents
      .filter(({ lead_id }) => lead_id.equals(row.lead_id))
      .map(({ content }) => JSON.parse(content) as SubmissionContent),
    seen: row.seen ?? 0,
  }))
}

type KnownLeadRow = {
  lead_id: Buffer
  status: string
  active: number
  score: number
  sequence: number
  assignee: string | null
  source: string
  opened_at: number
  tags: string
  seen: number | null
}

const asciiOf = (name: string) =>
  name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase() || 'someone'
const letters = (number: number) => String(number).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')
