/** A short mail: a line in bold, what it is about, one button, and what to do when it was not expected. */
export type MailPage = { title: string; body: string; button: string; href: string; footer: string }

const colours = { ink: '#101828', soft: '#5b6472', link: '#1f5fd6', line: '#e4e7ec', page: '#eef1f5', card: '#ffffff' }
const fonts = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const dark = `:root{color-scheme:light dark}@media (prefers-color-scheme:dark){.page{background:#12151a!important}.card{background:#1c2027!important;border-color:#2f6fed #2d333d #2d333d!important}.ink{color:#eceff4!important}.soft{color:#a9b1be!important}.soft a{color:#8ab4ff!important}}`

/** The text part: the address stands on a line of its own, so that every program makes a link of it. */
export function renderText({ title, body, button, href, footer }: MailPage): string {
  return `${oneLine(title)}\n\n${oneLine(body)}\n\n${button}:\n${href}\n\n${footer}\n`
}

/** The HTML part: a table layout with inline styles, as mail programs need it. Everything is escaped. */
export function renderHtml({ title, body, button, href, footer }: MailPage): string {
  const address = escape(new URL(href).href)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escape(title)}</title><style>${dark}</style></head>
<body class="page" style="margin:0;padding:0;background:${colours.page};font-family:${fonts};-webkit-text-size-adjust:100%">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${colours.page}"><tr><td align="center" style="padding:24px 10px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;margin:0 auto;text-align:left;background:${colours.card};border:1px solid ${colours.line};border-top:4px solid ${colours.link};border-radius:0 0 12px 12px">
<tr><td style="padding:28px 32px 0"><h1 class="ink" style="margin:0;font-size:22px;line-height:1.35;color:${colours.ink};word-break:break-word"><bdi dir="auto">${escape(title)}</bdi></h1></td></tr>
<tr><td style="padding:12px 32px 0"><p class="ink" style="margin:0;font-size:16px;line-height:1.55;color:${colours.ink};word-break:break-word">${escape(body)}</p></td></tr>
<tr><td style="padding:22px 32px 0"><table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td bgcolor="${colours.link}" style="border-radius:8px;background:${colours.link}"><a href="${address}" style="display:inline-block;padding:12px 24px;font-size:16px;font-weight:600;color:#ffffff;text-decoration:none">${escape(button)}</a></td></tr></table></td></tr>
<tr><td class="soft" style="padding:22px 32px 28px;font-size:13px;line-height:1.6;color:${colours.soft};word-break:break-all">Or open this address:<br><a href="${address}" style="color:${colours.link}">${address}</a><br><br><span style="word-break:normal">${escape(footer)}</span></td></tr>
</table></td></tr></table></body></html>`
}

// A name comes from people: it must not break lines or turn the direction of what stands around it.
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()

function escape(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
