import { describe, expect, it } from '@jest/globals'
import type { LeadMailView } from '../../../services/lead-mailer/lead-mail-view.ts'
import { renderLeadMail } from '../../../services/lead-mailer/render-lead-mail.ts'

const at = Date.UTC(2026, 9, 1, 14, 30)
const view = (change: Partial<LeadMailView> = {}): LeadMailView => ({
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
  ...change,
})

describe('the mail about a lead', () => {
  it('carries name, email, phone, tag, order number, time with its zone and transcript in both parts', () => {
    const { subject, html, text } = renderLeadMail(
      view({
        transcript: [
          { author: 'VISITOR', text: 'Where is it?', at },
          { author: 'AI', text: 'One moment', at },
        ],
      }),
    )
    expect(subject).toBe('New lead: Order Question – Beatriz Lima')
    for (const part of [html, text]) {
      for (const fact of [
        'Order Question',
        'Beatriz Lima',
        'bea@example.com',
        '+55 11 98765-4321',
        '#2001',
        '1 Oct 2026, 11:30 (America/Sao_Paulo)',
        'Where is it?',
        'One moment',
      ])
        expect(part).toContain(fact)
    }
  })

  it('says what is not known instead of leaving a hole', () => {
    const { subject, text } = renderLeadMail(view({ name: null, email: null, phone: null, orderNumber: null }))
    expect(subject).toBe('New lead: Order Question – unknown visitor')
    expect(text.match(/not given/g)).toHaveLength(4)
  })

  it('shows nothing that people wrote as markup', () => {
    const attack = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&'
    const { html } = renderLeadMail(
      view({
        name: attack,
        email: attack,
        phone: attack,
        orderNumber: attack,
        message: attack,
        source: attack,
        tenantName: attack,
        tagLabel: attack,
        transcript: [{ author: 'VISITOR', text: attack, at: null }],
        products: [{ title: attack, imageUrl: attack, priceMinor: 1, currency: 'USD', url: attack }],
      }),
    )
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img src=x')
    expect(html).toContain('&lt;script&gt;')
  })

  it('links only to http addresses', () => {
    const product = { title: 't', imageUrl: null, priceMinor: null, currency: null }
    const { html, text } = renderLeadMail(
      view({
        products: ['javascript:alert(1)', 'data:text/html,x', 'https://shop.example/a?b=1&c="2"'].map((url) => ({ ...product, url })),
      }),
    )
    for (const part of [html, text]) expect(part).not.toMatch(/javascript:|data:text/)
    expect(html).toContain('href="https://shop.example/a?b=1&amp;c=%222%22"')
  })

  it('keeps its subject on one line, short and whole', () => {
    const { subject } = renderLeadMail(view({ name: `Ana\r\nBcc: all@example.com ${'👩🏽‍🚀'.repeat(200)}` }))
    expect(subject).not.toMatch(/[\r\n]/)
    expect([...subject].length).toBeLessThanOrEqual(120)
    expect(!/[\ud800-\udbff](?![\udc00-\udfff])/.test(subject)).toBe(true)
  })

  it('takes bidi overrides and control characters out', () => {
    const { html } = renderLeadMail(view({ name: 'abc\u202Egnp.exe\u0000\u0007' }))
    expect(html).toContain('abcgnp.exe')
  })

  it('of a very long conversation stays small and says how much it leaves out', () => {
    const transcript = Array.from({ length: 900 }, (_, index) => ({
      author: 'VISITOR' as const,
      text: `${index} ${'x'.repeat(1000)}`,
      at: null,
    }))
    const { html, text } = renderLeadMail(view({ transcript }))
    expect(html.length).toBeLessThan(100_000)
    for (const part of [html, text]) {
      expect(part).toMatch(/The first 8\d\d messages are left out/)
      expect(part).toContain('899 xxx')
    }
  })

  it('prices products in the minor units of their currency', () => {
    const product = { title: 'Book', imageUrl: null, url: null }
    const { text } = renderLeadMail(
      view({
        products: [
          { ...product, priceMinor: 5400, currency: 'JPY' },
          { ...product, priceMinor: 5400, currency: 'USD' },
        ],
      }),
    )
    expect(text).toContain('¥5,400')
    expect(text).toContain('$54.00')
  })
})
