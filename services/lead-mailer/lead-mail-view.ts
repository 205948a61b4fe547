import type { TranscriptAuthor } from '../../schemas/events.ts'

/** What a notification mail shows. Times are milliseconds since 1970, prices minor units. */
export type LeadMailView = {
  kind: 'new-lead' | 'follow-up'
  tenantName: string
  timezone: string
  tagLabel: string
  name: string | null
  email: string | null
  phone: string | null
  orderNumber: string | null
  message: string | null
  transcript: readonly { author: TranscriptAuthor; text: string; at: number | null }[]
  products: readonly { title: string; imageUrl: string | null; priceMinor: number | null; currency: string | null; url: string | null }[]
  occurredAt: number
  leadId: string
  source: string
  submissionNumber: number
}

export type RenderedMail = { subject: string; html: string; text: string }

export const authorLabels: Record<TranscriptAuthor, string> = { VISITOR: 'Visitor', AI: 'AI assistant', AGENT: 'Agent', SYSTEM: 'System' }

// A mail of more than about 100 KB is cut by large mailbox providers; the whole conversation is in the lead.
const mostMessages = 60
const mostCharacters = 1_500
const mostText = 40_000

export type ShownTranscript = { messages: LeadMailView['transcript']; leftOut: number }

/** The end of a conversation that fits into a mail: the last messages, each cut to a readable length; `leftOut` says how many came before. */
export function shownTranscript(transcript: LeadMailView['transcript']): ShownTranscript {
  const messages: LeadMailView['transcript'][number][] = []
  let room = mostText
  for (const message of transcript.slice(-mostMessages).toReversed()) {
    const text = shorten(message.text, mostCharacters)
    if (text.length > room) break
    room -= text.length
    messages.unshift({ ...message, text })
  }
  return { messages, leftOut: transcript.length - messages.length }
}

/** `text` cut to `most` characters with an ellipsis, never through a surrogate pair. */
export function shorten(text: string, most: number): string {
  const letters = [...text.slice(0, most * 2)]
  return letters.length <= most && text.length <= most * 2 ? text : `${letters.slice(0, most - 1).join('')}…`
}

/** `ms` as date and time in the tenant's zone, the zone named. */
export function formatTime(ms: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone }).format(ms) + ` (${timezone})`
}

/** The time of day of `ms` in the tenant's zone. */
export function formatClock(ms: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: timezone }).format(ms)
}

/** A price in its currency's own minor units; undefined when it or its currency is unknown. */
export function formatPrice(minor: number | null, currency: string | null): string | undefined {
  if (minor === null || currency === null || !/^[A-Za-z]{3}$/.test(currency)) return undefined
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

/** `url` when it is an http address; anything else must not become a link. */
export function safeUrl(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined
  return ['http:', 'https:'].includes(new URL(url).protocol) ? new URL(url).href : undefined
}
