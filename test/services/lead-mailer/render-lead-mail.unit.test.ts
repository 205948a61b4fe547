import { describe, expect, it } from '@jest/globals'
import { renderLeadMail } from '../../../services/lead-mailer/render-lead-mail.ts'
import { at, view } from './lead-mail-view.ts'

const product = { title: 'Book', imageUrl: null, priceMinor: null, currency: null, url: null }
const spoken = (text: string) => ({ author: 'VISITOR' as const, text, at: null })

describe('the mail about a lead', () => {
  it('carries name, email, phone, tag, order number, time with its zone and transcript in both parts', () => {
    const { subject, html, text } = renderLeadMail(
      view({
        transcript: [
          { ...spoken('Where is it?'), at },
          { author: 'AI', text: 'One moment', at: at + 60_000 },
        ],
      }),
    )
    expect(subject).toBe('New lead: Order Question – Beatriz Lima')
    for (const part of [html, text]) {
      for (const fact of ['Order Question', 'Beatriz Lima', 'bea@example.com', '+55 11 98765-4321', '#2001']) expect(part).toContain(fact)
      for (const fact of ['1 Oct 2026, 11:30 (America/Sao_Paulo)', 'Where is it?', 'AI assistant', '11:31', 'One moment', '01a1fb6b-9cd0'])
        expect(part).toContain(fact)
    }
  })

  it('is the same mail each time', () => expect(renderLeadMail(view())).toEqual(renderLeadMail(view())))

  it('counts the follow-ups', () => {
    const { subject, html } = renderLeadMail(view({ kind: 'follow-up', submissionNumber: 3, tagLabel: 'Refund Request' }))
    expect(subject).toBe('Follow-up 3: Refund Request – Beatriz Lima')
    expect(html).toContain('Follow-up 3')
  })

  it('says what is not known instead of leaving a hole', () => {
    const { subject, html, text } = renderLeadMail(view({ name: ' ', email: null, phone: '', orderNumber: null }))
    expect(subject).toBe('New lead: Order Question – Unknown visitor')
    for (const part of [html, text]) expect(part.match(/not given/g)).toHaveLength(4)
  })

  it('is called by email or phone where there is no name', () => {
    expect(renderLeadMail(view({ name: null })).subject).toMatch(/ – bea@example.com$/)
    expect(renderLeadMail(view({ name: null, email: null })).subject).toMatch(/ – \+55 11 98765-4321$/)
  })

  it('tells who said what by words, colour and side', () => {
    const { html } = renderLeadMail(
      view({ transcript: (['VISITOR', 'AI', 'AGENT', 'SYSTEM'] as const).map((author) => ({ author, text: 'x', at })) }),
    )
    for (const [author, word] of [
      ['visitor', 'Visitor'],
      ['ai', 'AI assistant'],
      ['agent', 'Agent'],
      ['system', 'System'],
    ])
      expect(html).toMatch(new RegExp(`class="bubble ${author}"[^>]*>.{0,80}<strong>${word}</strong>`))
    expect(new Set(html.match(/border-left:4px solid #\w+/g)).size).toBe(4)
  })

  it('names the day of a message that is not of the day of the mail', () => {
    const { text } = renderLeadMail(
      view({
        transcript: [
          { ...spoken('Hello'), at: at - 86_400_000 },
          { ...spoken('Again'), at },
        ],
      }),
    )
    expect(text).toContain('Visitor, 30 Sept 2026, 11:30:\n  Hello\nVisitor, 11:30:\n  Again')
  })

  it('has a button only where the lead can be opened', () => {
    expect(renderLeadMail(view()).html).not.toContain('Open the lead')
    expect(renderLeadMail(view({ leadUrl: 'javascript:alert(1)' })).html).not.toContain('Open the lead')
    const { html, text } = renderLeadMail(view({ leadUrl: 'https://leads.example/l/1?a=b&c=d' }))
    expect(html).toContain('href="https://leads.example/l/1?a=b&amp;c=d"')
    expect(text).toContain('\nhttps://leads.example/l/1?a=b&c=d\n')
  })

  it('prices products in the minor units of their currency', () => {
    const priced = (priceMinor: number, currency: string | null) => ({ ...product, priceMinor, currency })
    const { text } = renderLeadMail(
      view({ products: [priced(5400, 'JPY'), priced(5400, 'usd'), priced(5400, 'KWD'), priced(77, null), priced(78, '$$$')] }),
    )
    for (const price of ['¥5,400', '$54.00', 'KWD\u00a05.400']) expect(text).toContain(price)
    expect(text).not.toMatch(/77|78/)
  })
})

describe('a mail that is too long', () => {
  const long = Array.from({ length: 900 }, (_, index) => spoken(`${index} ${'x'.repeat(1000)}`))

  it('shows the end of the conversation and says how much is missing', () => {
    const { html, text } = renderLeadMail(view({ transcript: long }))
    for (const part of [html, text]) {
      expect(part).toMatch(/84\d earlier messages \(84\d,\d{3} characters\) not shown here\./)
      expect(part).toContain('899 xxx')
      expect(part).not.toContain('\n  800 xxx')
    }
  })

  it('says after a cut message how much more there is', () => {
    const { html, text } = renderLeadMail(view({ message: 'm'.repeat(3_001), transcript: [spoken('🙂'.repeat(450_000))] }))
    for (const part of [html, text]) {
      expect(part).toContain('[1 more character]')
      expect(part).toContain('[448,500 more characters]')
      expect(part).not.toMatch(/\p{Cs}/u)
    }
  })

  it('says how many products it leaves out', () => {
    const { html, text } = renderLeadMail(view({ products: Array.from({ length: 12 }, () => product) }))
    for (const part of [html, text]) expect(part).toContain('2 more products not shown here.')
  })

  it.each(['x', '&', '"', '漢', '🙂', '\n'])('stays under the size at which mailbox providers cut, were it all %j', (letter) => {
    const text = letter.repeat(10_000)
    const url = `https://shop.example/?${'&'.repeat(400)}`
    const { html } = renderLeadMail(
      view({
        name: text,
        email: text,
        phone: text,
        orderNumber: text,
        message: text,
        source: text,
        transcript: Array.from({ length: 90 }, () => spoken(text)),
        products: Array.from({ length: 50 }, () => ({ ...product, title: text, imageUrl: url, url })),
      }),
    )
    expect(Buffer.byteLength(html)).toBeLessThan(102_000)
  })
})
