import type { TranscriptAuthor } from '../../schemas/events.ts'
import { isAddress } from '../platform/mail/mail-address.ts'
import {
  authorLabels,
  formatClock,
  formatPrice,
  formatTime,
  safeUrl,
  shorten,
  shownTranscript,
  type LeadMailView,
  type RenderedMail,
} from './lead-mail-view.ts'
import { renderText } from './render-text.ts'

const bubbles: Record<TranscriptAuthor, { background: string; border: string }> = {
  VISITOR: { background: '#e7f0ff', border: '#2f6fed' },
  AI: { background: '#e8f7ec', border: '#2b9a4b' },
  AGENT: { background: '#f3edff', border: '#7a4fd0' },
  SYSTEM: { background: '#f2f3f5', border: '#9aa1ab' },
}

/** The mail about one submission. Everything that people wrote is escaped, set apart in its own direction, and only http addresses become links. */
export function renderLeadMail(view: LeadMailView): RenderedMail {
  const headline = view.kind === 'new-lead' ? `New lead: ${view.tagLabel}` : `Follow-up ${view.submissionNumber}: ${view.tagLabel}`
  const who = view.name ?? view.email ?? view.phone ?? 'unknown visitor'
  return {
    subject: shorten(`${headline} – ${who}`.replace(/\s+/g, ' '), 120),
    html: renderHtml(view, headline),
    text: renderText(view, headline),
  }
}

function renderHtml(view: LeadMailView, headline: string): string {
  const { messages, leftOut } = shownTranscript(view.transcript)
  const email =
    view.email !== null && isAddress(view.email)
      ? `<a href="mailto:${encodeURIComponent(view.email)}" style="color:#2f6fed">${escape(view.email)}</a>`
      : plain(view.email)
  const phoneDigits = view.phone?.replace(/[^\d+]/g, '') ?? ''
  const phone =
    phoneDigits.length >= 5 ? `<a href="tel:${phoneDigits}" style="color:#2f6fed">${escape(view.phone ?? '')}</a>` : plain(view.phone)
  const contact = [
    row('Name', plain(view.name)),
    row('Email', email),
    row('Phone', phone),
    row('Order number', plain(view.orderNumber)),
    row('Received', escape(formatTime(view.occurredAt, view.timezone))),
    row('Source', escape(view.source)),
  ]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escape(headline)}</title>
<style>@media (prefers-color-scheme:dark){.page{background:#14171c!important}.card{background:#1f242c!important}.ink{color:#eceff4!important}.soft{color:#aab2bf!important}.bubble{background:#2a303a!important;color:#eceff4!important}.visitor{background:#1e2f4d!important}.ai{background:#1d3527!important}.agent{background:#31264a!important}a{color:#8ab4ff!important}}</style></head>
<body class="page" style="margin:0;padding:24px 12px;background:#f4f5f7;font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;background:#ffffff;border-radius:10px">
<tr><td style="padding:24px 28px 8px">
<div class="soft" style="font-size:13px;color:#667085">${escape(view.tenantName)}</div>
<h1 class="ink" style="margin:4px 0 0;font-size:21px;line-height:1.3;color:#101828">${escape(headline)}</h1></td></tr>
<tr><td style="padding:8px 28px"><table role="presentation" cellpadding="0" cellspacing="0" style="font-size:15px;line-height:1.5">${contact.join('')}</table></td></tr>
${view.message === null || view.message.trim() === '' ? '' : section('Message', bubble('VISITOR', `${escape(shorten(view.message, 4_000))}`))}
${messages.length === 0 ? '' : section('Conversation', (leftOut > 0 ? `<p class="soft" style="margin:0 0 8px;font-size:13px;color:#667085">The first ${leftOut} messages are left out here.</p>` : '') + messages.map((message) => bubble(message.author, escape(message.text), authorLabels[message.author] + (message.at === null ? '' : ` · ${formatClock(message.at, view.timezone)}`))).join(''))}
${view.products.length === 0 ? '' : section('Products discussed', view.products.slice(0, 10).map(product).join(''))}
<tr><td class="soft" style="padding:16px 28px 24px;font-size:12px;line-height:1.5;color:#667085">Lead ${escape(view.leadId)}. Leads of ${escape(view.tenantName)} are mailed to this address.</td></tr>
</table></td></tr></table></body></html>`
}

const row = (label: string, value: string) =>
  `<tr><td class="soft" style="padding:3px 16px 3px 0;color:#667085;white-space:nowrap;vertical-align:top">${label}</td><td class="ink" style="padding:3px 0;color:#101828;word-break:break-word">${value}</td></tr>`
const section = (title: string, body: string) =>
  `<tr><td style="padding:12px 28px 4px"><h2 class="ink" style="margin:0 0 8px;font-size:15px;color:#101828">${title}</h2>${body}</td></tr>`
const plain = (text: string | null) =>
  text === null || text.trim() === ''
    ? '<span class="soft" style="color:#667085">not given</span>'
    : `<bdi dir="auto">${escape(shorten(text, 300))}</bdi>`

function bubble(author: TranscriptAuthor, html: string, caption?: string): string {
  const { background, border } = bubbles[author]
  const head =
    caption === undefined ? '' : `<div class="soft" style="margin-bottom:2px;font-size:12px;color:#475467">${escape(caption)}</div>`
  const style = `margin:0 0 8px;padding:8px 12px;background:${background};border-left:4px solid ${border};border-radius:6px;font-size:14px;line-height:1.5;color:#101828;word-break:break-word`
  return `<div class="bubble ${author.toLowerCase()}" style="${style}">${head}<div dir="auto" style="white-space:pre-wrap">${html}</div></div>`
}

function product({ title, imageUrl, priceMinor, currency, url }: LeadMailView['products'][number]): string {
  const link = safeUrl(url)
  const name = `<bdi dir="auto">${escape(shorten(title, 200))}</bdi>`
  const image = safeUrl(imageUrl)
  const picture =
    image === undefined
      ? ''
      : `<img src="${escape(image)}" width="48" height="48" alt="" style="width:48px;height:48px;object-fit:cover;border-radius:6px;vertical-align:middle;margin-right:12px">`
  return `<div class="ink" style="margin:0 0 8px;font-size:14px;line-height:1.5;color:#101828">${picture}${link === undefined ? name : `<a href="${escape(link)}" style="color:#2f6fed">${name}</a>`}${price(priceMinor, currency)}</div>`
}

function price(minor: number | null, currency: string | null): string {
  const text = formatPrice(minor, currency)
  return text === undefined ? '' : ` <span class="soft" style="color:#667085">${escape(text)}</span>`
}

function escape(text: string): string {
  // Bidi overrides and other controls would let a name rewrite the line that it stands in.
  return withoutControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

const withoutControls = (text: string) =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (control) => (control === '\n' || control === '\t' ? control : ''))
