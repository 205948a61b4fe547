import type { TranscriptAuthor } from '../../schemas/events.ts'
import { oneLine } from './shown-text.ts'

export type ShownMessage = { author: TranscriptAuthor; text: string; at: number | null }
export type ShownProduct = {
  title: string
  imageUrl: string | null
  priceMinor: number | null
  currency: string | null
  url: string | null
}

/** What a notification mail shows. Times are milliseconds since 1970, prices minor units. `leadUrl` is where the lead can be opened. */
export type LeadMailView = {
  kind: 'new-lead' | 'follow-up' | 'follow-up-reminder'
  tenantName: string
  timezone: string
  tagLabel: string
  name: string | null
  email: string | null
  phone: string | null
  orderNumber: string | null
  message: string | null
  transcript: readonly ShownMessage[]
  products: readonly ShownProduct[]
  occurredAt: number
  leadId: string
  leadUrl?: string | null
  source: string
  submissionNumber: number
  /** What is to be done, in a reminder. */
  followUp: { dueAt: number; note: string } | null
}

export type RenderedMail = { subject: string; html: string; text: string }

export const mostProducts = 10
export const mostOfMessage = 3_000

export const authorLabels: Record<TranscriptAuthor, string> = { VISITOR: 'Visitor', AI: 'AI assistant', AGENT: 'Agent', SYSTEM: 'System' }

/** What the mail says it is about, for its heading and its subject. */
export function headlineOf({ kind, tagLabel, submissionNumber }: LeadMailView): string {
  if (kind === 'follow-up-reminder') return oneLine(`Reminder: ${tagLabel}`, 60)
  return oneLine(kind === 'new-lead' ? `New lead: ${tagLabel}` : `Follow-up ${submissionNumber}: ${tagLabel}`, 60)
}

/** By what the person is called: the best of what is known. */
export function personOf({ name, email, phone }: LeadMailView): string {
  return [name, email, phone].find(isGiven) ?? 'Unknown visitor'
}

/** Whether a field says anything. */
export const isGiven = (text: string | null | undefined): text is string => text !== null && text !== undefined && text.trim() !== ''
