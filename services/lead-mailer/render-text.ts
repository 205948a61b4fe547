import { authorLabels, formatPrice, formatTime, safeUrl, shorten, shownTranscript, type LeadMailView } from './lead-mail-view.ts'

/** The text part: the same facts in the same order as the HTML part. */
export function renderText(view: LeadMailView, headline: string): string {
  const { messages, leftOut } = shownTranscript(view.transcript)
  const given = (text: string | null) => (text === null || text.trim() === '' ? 'not given' : shorten(text.replace(/\s+/g, ' '), 300))
  const lines = [
    `${headline} (${view.tenantName})`,
    '',
    `Name:         ${given(view.name)}`,
    `Email:        ${given(view.email)}`,
    `Phone:        ${given(view.phone)}`,
    `Order number: ${given(view.orderNumber)}`,
    `Received:     ${formatTime(view.occurredAt, view.timezone)}`,
    `Source:       ${view.source}`,
  ]
  if (view.message !== null && view.message.trim() !== '') lines.push('', 'Message', shorten(view.message, 4_000))
  if (messages.length > 0)
    lines.push(
      '',
      'Conversation',
      ...(leftOut > 0 ? [`(The first ${leftOut} messages are left out here.)`] : []),
      ...messages.map(({ author, text }) => `${authorLabels[author]}: ${text}`),
    )
  if (view.products.length > 0) {
    lines.push('', 'Products discussed')
    for (const { title, priceMinor, currency, url } of view.products.slice(0, 10))
      lines.push(
        [`- ${shorten(title, 200)}`, formatPrice(priceMinor, currency), safeUrl(url)].filter((part) => part !== undefined).join('  '),
      )
  }
  return [...lines, '', `Lead ${view.leadId}`, ''].join('\n')
}
