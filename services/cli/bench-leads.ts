import { hash } from 'node:crypto'
import { idFromEvent, uuidOf } from '../leads/event-identity.ts'
import { searchTermsOf } from '../leads/search-terms.ts'
import type { SubmissionContent, Tag } from '../leads/submission.ts'

/** A lead as it might have come in, with all that is written of it. */
export type BenchLead = {
  leadId: Buffer
  contactId: Buffer
  submissionId: Buffer
  eventHash: Buffer
  eventId: string
  at: number
  status: string
  active: boolean
  score: number
  tag: Tag
  source: string
  assignee: string | null
  content: SubmissionContent
  phone: string
  terms: string[]
}

const firstNames =
  'Maria Ana João José Antônio Francisca Carlos Paulo Adriana Juliana Márcia Fernanda Patrícia Aline Lucas Pedro Gabriel Rafael Bruno Daniel'.split(
    ' ',
  )
const lastNames =
  'Silva Santos Oliveira Souza Lima Pereira Ferreira Costa Rodrigues Almeida Nascimento Alves Carvalho Araújo Ribeiro Barbosa Gomes Li'.split(
    ' ',
  )
const syllables =
  'ba be bi bo bra ca ce co da de di do fa fe ga go gra la le li lo lu ma me mi mo na ne ni no pa pe ra re ri ro sa se ta te ti to va ve vi zo'.split(
    ' ',
  )
const domains = ['gmail.com', 'gmail.com', 'gmail.com', 'hotmail.com', 'outlook.com', 'yahoo.com.br', 'empresa.com.br', 'example.org']
const tags: Tag[] = [
  'order_question',
  'order_question',
  'order_question',
  'agent_request',
  'agent_request',
  'coupon_request',
  'refund_request',
  'other',
]
const sources = ['chat', 'chat', 'chat', 'whatsapp', 'shop']
const open = ['new', 'new', 'contacted', 'qualifying', 'qualified', 'follow_up']
const final = ['converted', 'lost', 'archived']

/** Agents in charge of the bench's leads. */
export const benchAgents = Array.from({ length: 8 }, (_, index) => `00000000-0000-7000-8000-00000000000${index}`)

/** The `index`th lead of a tenant, the same in every run. A third of the people share a few common names, a twentieth has a tag in ten thousand. */
export function benchLead(tenant: string, index: number, at: number): BenchLead {
  const bytes = hash('sha256', `${tenant}:${index}`, 'buffer')
  let used = 0
  const pick = <Item>(items: readonly Item[]) => items[bytes.readUInt16BE((used += 2) % 30) % items.length] as Item
  const isCommon = bytes[31]! < 86
  const made = (count: number) => Array.from({ length: count }, () => pick(syllables)).join('')
  const first = isCommon ? pick(firstNames) : capital(made(3))
  const last = bytes[30]! < 128 ? pick(lastNames) : capital(made(4))
  const phone = `+55119${String(10_000_000 + (bytes.readUInt32BE(8) % 89_999_999))}`
  const eventId = `bench-${index}`
  const eventHash = hash('sha256', `bench\0${eventId}`, 'buffer')
  const isOpen = bytes[29]! < 60
  const content: SubmissionContent = {
    name: `${first} ${last}`,
    email: `${first}.${last}${index % 1000}@${pick(domains)}`
      .normalize('NFKD')
      .replaceAll(/[^\w@.]/g, '')
      .toLowerCase(),
    phone,
    orderNumber: bytes[28]! < 160 ? `#BR-${100_000 + index}` : null,
    message: 'Where is my order? It should have been here yesterday.',
    visitorId: `visitor-${index}`,
    channel: 'web',
    conversationId: `conversation-${index}`,
    pageUrl: 'https://shop.example/orders',
    locale: 'pt-BR',
    timezone: 'America/Sao_Paulo',
    consent: { termsAccepted: true, marketingOptIn: false },
    coupon: null,
    inReplyTo: null,
    transcript: ['Hello', 'Hi, how can I help?', 'Where is my order?', 'Let me ask a colleague.'].map((text, turn) => ({
      author: turn % 2 === 0 ? ('VISITOR' as const) : ('AI' as const),
      text,
      at: at - 4000 + turn * 1000,
    })),
    products: [],
  }
  return {
    leadId: idFromEvent('lead', tenant, at, eventHash),
    contactId: idFromEvent('contact', tenant, at, eventHash),
    submissionId: idFromEvent('submission', tenant, at, eventHash),
    eventHash,
    eventId,
    at,
    status: pick(isOpen ? open : final),
    active: isOpen,
    score: bytes[27]! % 101,
    tag: bytes[26] === 0 ? 'cancellation' : pick(tags),
    source: pick(sources),
    assignee: bytes[25]! < 64 ? null : pick(benchAgents),
    content,
    phone,
    terms: searchTermsOf(content, 'BR'),
  }
}

/** The history row with which the lead begins. */
export const openedPayload = ({ contactId, submissionId, content, status, active, score, tag, assignee }: BenchLead) =>
  JSON.stringify({
    contactId: uuidOf(contactId),
    submissionId: uuidOf(submissionId),
    orderId: null,
    orderStatus: null,
    previousStatus: null,
    reason: null,
    source: 'bench',
    visitorId: content.visitorId,
    conversationId: content.conversationId,
    snapshot: { status, active, score, tags: [tag], assignee },
  })

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)
