import { isAddress } from '../platform/mail/mail-address.ts'
import { bubble, button, colours, darkStyles, escape, factRow, link, phrase, productRow, section } from './html-parts.ts'
import { headlineOf, isGiven, mostOfMessage, mostProducts, personOf, type LeadMailView } from './lead-mail-view.ts'
import { dialable, formatMoment, formatTime, safeUrl } from './shown-facts.ts'
import { counted, cutText, withoutHidden } from './shown-text.ts'
import type { ShownTranscript } from './shown-transcript.ts'

const fonts = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

/** The HTML part: a table layout with inline styles, as mail programs need it. Everything that people wrote is escaped, set apart in its own direction, and only http addresses become links. */
export function renderHtml(view: LeadMailView, transcript: ShownTranscript): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no"><title>${escape(headlineOf(view))}</title>
<style>${darkStyles}</style></head>
<body class="page" style="margin:0;padding:0;background:${colours.page};font-family:${fonts};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview(view)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${colours.page}"><tr><td align="center" style="padding:24px 10px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;margin:0 auto;text-align:left;background:${colours.card};border:1px solid ${colours.line};border-top:4px solid ${colours.link};border-radius:0 0 12px 12px">
${[heading(view), followUp(view), facts(view), message(view), conversation(view, transcript), products(view), footer(view)].filter((part) => part !== '').join('\n')}
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table></body></html>`
}

function heading(view: LeadMailView): string {
  const kinds = { 'new-lead': 'New lead', 'follow-up': `Follow-up ${view.submissionNumber}`, 'follow-up-reminder': 'Reminder' }
  const kind = kinds[view.kind]
  const tag = `<span class="tag" style="display:inline-block;padding:2px 10px;border-radius:12px;background:#e6eefc;color:#174aa8;font-weight:600">${escape(view.tagLabel)}</span>`
  const url = safeUrl(view.leadUrl)
  return `<tr><td class="pad" style="padding:24px 32px 0">
<div class="soft" style="font-size:14px;line-height:1.7;color:${colours.soft}">${kind} &nbsp;${tag}</div>
<h1 class="ink" style="margin:8px 0 0;font-size:24px;line-height:1.3;color:${colours.ink};word-break:break-word">${phrase(personOf(view), 80)}</h1>
<div class="soft" style="margin-top:2px;font-size:14px;line-height:1.5;color:${colours.soft}">${phrase(view.tenantName, 120)}</div>${url === undefined ? '' : `<div style="padding-top:16px">${button(url, 'Open the lead')}</div>`}</td></tr>`
}

function followUp({ followUp: plan, timezone }: LeadMailView): string {
  if (plan === null) return ''
  const { shown, leftOut } = cutText(withoutHidden(plan.note.trim()), mostOfMessage)
  const note = isGiven(plan.note) ? bubble({ author: 'AGENT', text: shown, cut: leftOut }, '') : ''
  const due = `<p class="ink" style="margin:0 0 10px;font-size:15px;line-height:1.5;color:${colours.ink}">Due ${escape(formatTime(plan.dueAt, timezone))}</p>`
  return section('To do', due + note)
}

function facts({ name, email, phone, orderNumber, occurredAt, timezone, source }: LeadMailView): string {
  const rows = [
    factRow('Name', given(name)),
    factRow('Email', isGiven(email) && isAddress(email.trim()) ? link(mailto(email.trim()), escape(email.trim())) : given(email)),
    factRow('Phone', isGiven(phone) && dialable(phone) !== undefined ? link(`tel:${dialable(phone)}`, escape(phone.trim())) : given(phone)),
    factRow('Order number', given(orderNumber)),
    factRow('Received', escape(formatTime(occurredAt, timezone))),
    factRow('Source', given(source)),
  ]
  return `<tr><td class="pad" style="padding:16px 32px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="font-size:15px;line-height:1.5">${rows.join('')}</table></td></tr>`
}

function message({ message: text }: LeadMailView): string {
  if (!isGiven(text)) return ''
  const { shown, leftOut } = cutText(withoutHidden(text.trim()), mostOfMessage)
  return section('Message', bubble({ author: 'VISITOR', text: shown, cut: leftOut }, ''))
}

function conversation({ occurredAt, timezone }: LeadMailView, { messages, leftOut }: ShownTranscript): string {
  if (messages.length === 0) return ''
  const note =
    leftOut === undefined
      ? ''
      : `<p class="soft" style="margin:0 0 10px;font-size:13px;line-height:1.5;color:${colours.soft}">${leftOut}</p>`
  return section('Conversation', note + messages.map((one) => bubble(one, formatMoment(one.at, occurredAt, timezone))).join(''))
}

function products({ products: all }: LeadMailView): string {
  if (all.length === 0) return ''
  const more = all.length - mostProducts
  const note =
    more <= 0
      ? ''
      : `<p class="soft" style="margin:8px 0 0;font-size:13px;color:${colours.soft}">${counted(more, 'more product')} not shown here.</p>`
  return section('Products discussed', all.slice(0, mostProducts).map(productRow).join('') + note)
}

function footer({ leadId, tenantName }: LeadMailView): string {
  return `<tr><td class="pad" style="padding:24px 32px 24px"><div class="soft rule" style="padding-top:14px;border-top:1px solid ${colours.line};font-size:12px;line-height:1.6;color:${colours.soft}">Lead ${escape(leadId)}<br>Leads of ${phrase(tenantName, 120)} are mailed to this address.</div></td></tr>`
}

/** What a list of mails shows after the subject. */
function preview({ message: text, transcript }: LeadMailView): string {
  const words = isGiven(text) ? text : transcript.findLast(({ author, text: said }) => author === 'VISITOR' && isGiven(said))?.text
  return isGiven(words) ? phrase(words, 140) : ''
}

const given = (text: string | null) =>
  isGiven(text) ? phrase(text, 300) : `<span class="soft" style="color:${colours.soft}">not given</span>`

function mailto(email: string): string {
  const at = email.lastIndexOf('@')
  return `mailto:${encodeURIComponent(email.slice(0, at))}@${email.slice(at + 1)}`
}
