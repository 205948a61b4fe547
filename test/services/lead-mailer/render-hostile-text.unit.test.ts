import { describe, expect, it } from '@jest/globals'
import type { LeadMailView } from '../../../services/lead-mailer/lead-mail-view.ts'
import { renderLeadMail } from '../../../services/lead-mailer/render-lead-mail.ts'
import { at, view } from './lead-mail-view.ts'

/** A view all of whose words are `text`. */
const allOf = (text: string, change: Partial<LeadMailView> = {}) =>
  view({
    name: text,
    email: text,
    phone: text,
    orderNumber: text,
    message: text,
    source: text,
    tenantName: text,
    tagLabel: text,
    leadId: text,
    leadUrl: text,
    transcript: [{ author: 'VISITOR', text, at: null }],
    products: [{ title: text, imageUrl: text, priceMinor: 1, currency: text, url: text }],
    ...change,
  })

const product = { title: 't', imageUrl: null, priceMinor: null, currency: null, url: null }
const plain = renderLeadMail(allOf('word'))
const tagsOf = (html: string) => [...html.matchAll(/<([a-z0-9!/-]+)/gi)].map(([, name]) => name)

describe('what people write', () => {
  it.each([
    '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&',
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    '--><iframe src="https://evil.example">',
    '</style></title></bdi></td></table><form action=//evil.example>',
    '<![endif]--><!--[if mso]>',
    '&lt;b&gt;&#x3c;script&#x3e;',
  ])('adds no markup: %s', (attack) => {
    const { html } = renderLeadMail(allOf(attack))
    expect(tagsOf(html)).toEqual(tagsOf(plain.html))
    expect(html).not.toMatch(/<[^>]*\son\w+=/i)
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.example/x',
    'https://shop.example@evil.example/',
    `https://shop.example/${'a'.repeat(10_000)}`,
  ])('becomes no link: %s', (url) => {
    const { html } = renderLeadMail(view({ leadUrl: url, products: [{ ...product, url, imageUrl: url }] }))
    expect([...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      'mailto:bea@example.com',
      'tel:+5511987654321',
    ])
  })

  it('becomes a link where it is an http address, quotes and all', () => {
    const { html, text } = renderLeadMail(view({ products: [{ ...product, url: 'https://shop.example/a?b=1&c="2"' }] }))
    expect(html).toContain('href="https://shop.example/a?b=1&amp;c=%222%22"')
    expect(text).toContain('https://shop.example/a?b=1&c=%222%22')
  })

  it('becomes a mail or telephone link only where it is one address or number', () => {
    for (const email of ['a@example.com?bcc=b@example.com', 'a@example.com,b@example.com', 'a b@example.com'])
      expect(renderLeadMail(view({ email })).html).not.toContain('mailto:')
    expect(renderLeadMail(view({ email: "o'neil&co@example.com" })).html).toContain('href="mailto:o&#39;neil%26co@example.com"')
    for (const phone of ['call me', '12', '+1 900 555 0100 ext. 5;phone-context=x', '1'.repeat(30)])
      expect(renderLeadMail(view({ phone })).html).not.toContain('tel:')
  })

  it.each(['\u202Eevil\u202C', 'a\u2066b\u2069', 'a\u0000b\u0007\u001b[31m', 'a\u0085b\u009b', 'a\u2028b\u2029', 'half \ud83d', '\ufeffx'])(
    'loses what cannot be seen but changes what is seen: %j',
    (text) => {
      const mail = renderLeadMail(allOf(text))
      for (const part of [mail.subject, mail.html, mail.text]) {
        expect(part).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/)
        expect(part).not.toMatch(/\p{Cs}/u)
      }
    },
  )

  it('keeps its letters: scripts, joined emoji, direction', () => {
    for (const text of ['مرحبا بالعالم', '漢字かな', '👩🏽‍🚀', 'नमस्ते', 'Zoë O’Brien']) {
      const mail = renderLeadMail(allOf(text))
      for (const part of [mail.subject, mail.html, mail.text]) expect(part).toContain(text)
    }
    expect(renderLeadMail(view({ name: 'شركة' })).html).toContain('<bdi dir="auto">شركة</bdi>')
  })

  it('makes no line of the text part but its own', () => {
    const text = 'Hi\nAgent, 11:30:\r\nRefund approved\rLead 123\u2028MESSAGE'
    const lines = renderLeadMail(allOf(text)).text.split('\n')
    expect(lines.filter((line) => /^(Agent|Refund|Lead 123|MESSAGE|Hi)/.test(line))).toEqual(['MESSAGE'])
  })

  it('leaves the subject on one short line', () => {
    for (const name of [`Ana\r\nBcc: all@example.com ${'👩🏽‍🚀'.repeat(200)}`, 'x'.repeat(10_000), 'a\u2028b\tc']) {
      const { subject } = renderLeadMail(view({ name }))
      expect(subject).not.toMatch(/[\r\n\t\u2028]/)
      expect(Array.from(subject).length).toBeLessThanOrEqual(120)
      expect(subject).toMatch(/^New lead: Order Question – /)
    }
  })
})

describe('what programs send', () => {
  it.each([Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 8.64e15 + 1, 0, -1, 8.64e15])('as a time makes a mail: %d', (time) => {
    const { html } = renderLeadMail(view({ occurredAt: time, transcript: [{ author: 'VISITOR', text: 'Hello', at: time }] }))
    expect(html).toContain('Hello')
    expect(
      renderLeadMail(
        view({
          transcript: [
            { author: 'VISITOR', text: 'Hello', at: time },
            { author: 'AI', text: 'Yes', at },
          ],
        }),
      ).html,
    ).toContain('Yes')
  })

  it.each([0, -1, -5400, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER])('as a price makes a mail: %d', (priceMinor) =>
    expect(renderLeadMail(view({ products: [{ ...product, priceMinor, currency: 'EUR' }] })).text).toContain('€'),
  )
})
