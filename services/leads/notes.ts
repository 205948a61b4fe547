import type { Transaction } from '../platform/mysql/transaction.ts'
import type { Actor } from './change-leads.ts'
import { idFromEvent, uuidOf } from './event-identity.ts'
import { lockVisibleLead, recordOnLead } from './record-on-lead.ts'
import { Refusal } from './refusal.ts'
import type { Tenant } from './tenants.ts'

/** What somebody wrote down about a lead; never changed. Times are milliseconds since 1970. */
export type Note = { noteId: string; author: Actor; text: string; writtenAt: number; sequence: number }

const longestText = 10_000

/** `text` without the white space around it. Throws `text-empty` and `text-too-long` (10,000 characters). */
export function checkText(text: string): string {
  const clean = text.trim()
  if (clean === '') throw new Refusal('text-empty', 'The text is empty: write something.')
  if (clean.length > longestText)
    throw new Refusal('text-too-long', `The text has ${clean.length} characters, and ${longestText} is the most: shorten it.`)
  return clean
}

/** Writes a note on a lead, active or not, and into its history. */
export async function addNote(tx: Transaction, tenant: Tenant, actor: Actor, leadId: Buffer, text: string, now: Date): Promise<Note> {
  const clean = checkText(text)
  const lead = await lockVisibleLead(tx, tenant, leadId)
  const noteId = idFromEvent('note', tenant.slug, now.getTime(), Buffer.concat([leadId, Buffer.from(String(lead.sequence + 1))]))
  const sequence = await recordOnLead(tx, tenant, lead, actor, 'note_added', { noteId: uuidOf(noteId) }, now)
  await tx.insert(
    'lead_notes',
    ['tenant_id', 'lead_id', 'note_id', 'sequence', 'author', 'text', 'written_at'],
    [[tenant.tenantId, leadId, noteId, sequence, actor, clean, now]],
  )
  return { noteId: uuidOf(noteId), author: actor, text: clean, writtenAt: now.getTime(), sequence }
}

/** The notes on a lead, oldest first. */
export async function notesOfLead(tx: Transaction, tenantId: number, leadId: Buffer): Promise<Note[]> {
  const rows = await tx.select<{ note_id: Buffer; author: string; text: string; written_at: number; sequence: number }>(
    'SELECT lead_notes.note_id, lead_notes.author, lead_notes.text, lead_notes.written_at, lead_notes.sequence FROM lead_notes WHERE lead_notes.tenant_id = ? AND lead_notes.lead_id = ? ORDER BY lead_notes.sequence',
    [tenantId, leadId],
  )
  return rows.map(({ note_id, written_at, ...note }) => ({ ...note, noteId: uuidOf(note_id), writtenAt: written_at }))
}

/** Notes that a person has read a lead up to a row of its history; reading an older one changes nothing. Not part of the history: it is about the reader. */
export async function markRead(
  tx: Transaction,
  tenantId: number,
  userId: Buffer,
  leadId: Buffer,
  sequence: number,
  now: Date,
): Promise<void> {
  await tx.insert(
    'lead_reads',
    ['tenant_id', 'user_id', 'lead_id', 'sequence', 'read_at'],
    [[tenantId, userId, leadId, sequence, now]],
    'read_at = IF(VALUES(sequence) > sequence, VALUES(read_at), read_at), sequence = GREATEST(sequence, VALUES(sequence))',
  )
}

/** Forgets that a person has read a lead. */
export async function markUnread(tx: Transaction, tenantId: number, userId: Buffer, leadId: Buffer): Promise<void> {
  await tx.execute('DELETE FROM lead_reads WHERE tenant_id = ? AND user_id = ? AND lead_id = ?', [tenantId, userId, leadId])
}

/** Up to which row of its history a person has read a lead; 0 for never. */
export async function readSequence(tx: Transaction, tenantId: number, userId: Buffer, leadId: Buffer): Promise<number> {
  const [row] = await tx.select<{ sequence: number }>(
    'SELECT lead_reads.sequence FROM lead_reads WHERE lead_reads.tenant_id = ? AND lead_reads.user_id = ? AND lead_reads.lead_id = ?',
    [tenantId, userId, leadId],
  )
  return row?.sequence ?? 0
}
