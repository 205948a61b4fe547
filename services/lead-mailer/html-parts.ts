import type { TranscriptAuthor } from '../../schemas/events.ts'
import { authorLabels, type ShownProduct } from './lead-mail-view.ts'
import { formatPrice, safeUrl } from './shown-facts.ts'
import { oneLine, withoutHidden } from './shown-text.ts'
import { cutNote, type ShownTranscript } from './shown-transcript.ts'

/** Colours for light surroundings, inline because mail programs drop style sheets; `darkStyles` holds those for dark ones. */
export const colours = { ink: '#101828', soft: '#5b6472', link: '#1f5fd6', line: '#e4e7ec', page: '#eef1f5', card: '#ffffff' }

const bubbles: Record<TranscriptAuthor, { background: string; edge: string }> = {
  VISITOR: { background: '#e6f0ff', edge: '#2f6fed' },
  AI: { background: '#e6f6eb', edge: '#2b9a4b' },
  AGENT: { background: '#f2ebff', edge: '#7a4fd0' },
  SYSTEM: { background: '#f2f3f5', edge: '#9aa1ab' },
}

/** Styles that need a sheet: dark surroundings and narrow screens. A program that drops them shows the light mail. */
export const darkStyles = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){.page{background:#12151a!important}.card{background:#1c2027!important;border-color:#2f6fed #2d333d #2d333d!important}.ink{color:#eceff4!important}.soft{color:#a9b1be!important}.rule{border-color:#2d333d!important}a.link{color:#8ab4ff!important}.tag{background:#2a3446!important;color:#c9dcff!important}.bubble{color:#eceff4!important}.visitor{background:#172f50!important}.ai{background:#17351f!important}.agent{background:#33264f!important}.system{background:#2a2f38!important}}
@media (max-width:480px){.pad{padding-left:18px!important;padding-right:18px!important}.gutter{width:20px!important}.label{padding-right:12px!important}}`

const table = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'

/** `text` as HTML text or as the value of a quoted attribute. */
export function escape(text: string): string {
  return withoutHidden(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** What a person wrote, on one line, set apart in its own direction. */
export const phrase = (text: string, most: number) => `<bdi dir="auto">${escape(oneLine(text, most))}</bdi>`

/** A link in the colour of links; `label` is HTML. */
export const link = (href: string, label: string) => `<a class="link" href="${escape(href)}" style="color:${colours.link}">${label}</a>`

/** A fact with its label; `value` is HTML. */
export function factRow(label: string, value: string): string {
  return `<tr><td class="soft label" valign="top" style="padding:3px 20px 3px 0;color:${colours.soft};white-space:nowrap">${label}</td><td class="ink" valign="top" width="100%" style="padding:3px 0;color:${colours.ink};word-break:break-word">${value}</td></tr>`
}

/** A part of the mail under its heading; `body` is HTML. */
export function section(title: string, body: string): string {
  return `<tr><td class="pad" style="padding:20px 32px 0"><h2 class="ink" style="margin:0 0 10px;font-size:16px;line-height:1.4;color:${colours.ink}">${title}</h2>${body}</td></tr>`
}

/** A message: the visitor's towards the left, answers towards the right, told apart by words as well as by colour. `caption` stands after the author. */
export function bubble(
  { author, text, cut }: Pick<ShownTranscript['messages'][number], 'author' | 'text' | 'cut'>,
  caption: string,
): string {
  const { background, edge } = bubbles[author]
  const gutter = '<td class="gutter" width="48" style="width:48px;font-size:0">&nbsp;</td>'
  const words = escape(text).replaceAll('\n', '<br>')
  const note = cut === 0 ? '' : `<span class="soft" style="color:${colours.soft}">${escape(cutNote(cut))}</span>`
  const body = `<td class="bubble ${author.toLowerCase()}" style="padding:9px 14px 10px;background:${background};border-left:4px solid ${edge};border-radius:8px;font-size:15px;line-height:1.5;color:${colours.ink};word-break:break-word"><div class="soft" style="margin-bottom:2px;font-size:12px;color:${colours.soft}"><strong>${authorLabels[author]}</strong>${caption === '' ? '' : ` &middot; ${escape(caption)}`}</div><div dir="auto" style="text-align:start">${words}${note}</div></td>`
  const cells = author === 'AI' || author === 'AGENT' ? gutter + body : author === 'VISITOR' ? body + gutter : body
  return `<table ${table} style="margin:0 0 8px"><tr>${cells}</tr></table>`
}

/** A product with its picture, its name and its price. */
export function productRow({ title, imageUrl, priceMinor, currency, url }: ShownProduct): string {
  const image = safeUrl(imageUrl)
  const address = safeUrl(url)
  const name = phrase(title, 150)
  const picture =
    image === undefined
      ? ''
      : `<td width="68" valign="middle" style="width:68px;padding:8px 0"><img src="${escape(image)}" width="56" height="56" alt="" style="display:block;width:56px;height:56px;object-fit:cover;border:0;border-radius:8px;background:${colours.page}"></td>`
  const price = formatPrice(priceMinor, currency)
  return `<table ${table} class="rule" style="border-top:1px solid ${colours.line};font-size:15px;line-height:1.4"><tr>${picture}<td class="ink" valign="middle" style="padding:10px 0;color:${colours.ink};word-break:break-word">${address === undefined ? name : link(address, name)}</td><td class="ink" align="right" valign="middle" style="padding:10px 0 10px 16px;color:${colours.ink};white-space:nowrap">${price === undefined ? '' : escape(price)}</td></tr></table>`
}

/** A button that opens `href`. */
export function button(href: string, label: string): string {
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td bgcolor="#1f5fd6" style="border-radius:8px;background:#1f5fd6"><a href="${escape(href)}" style="display:inline-block;padding:11px 22px;font-size:15px;font-weight:600;color:#ffffff;text-decoration:none">${label}</a></td></tr></table>`
}
