import type { LeadMailView } from '../../../services/lead-mailer/lead-mail-view.ts'

export const at = Date.UTC(2026, 9, 1, 14, 30)

/** A view as most mails have it, with `change`. */
export const view = (change: Partial<LeadMailView> = {}): LeadMailView => ({
  kind: 'new-lead',
  tenantName: 'Demo Shop',
  timezone: 'America/Sao_Paulo',
  tagLabel: 'Order Question',
  name: 'Beatriz Lima',
  email: 'bea@example.com',
  phone: '+55 11 98765-4321',
  orderNumber: '#2001',
  message: null,
  transcript: [],
  products: [],
  occurredAt: at,
  leadId: '01a1fb6b-9cd0-7da8-8dff-d5f6b349fc54',
  source: 'chat',
  submissionNumber: 1,
  followUp: null,
  ...change,
})
