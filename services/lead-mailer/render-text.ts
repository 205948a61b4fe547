import { authorLabels, headlineOf, isGiven, mostOfMessage, mostProducts, type LeadMailView } from './lead-mail-view.ts'
import { formatMoment, formatPrice, formatTime, safeUrl } from './shown-facts.ts'
import { counted, cutText, oneLine, withoutHidden } from './shown-text.ts'
import { cutNote, type ShownTranscript } from './shown-transcript.ts'

/** The text part: the same facts in the same order as the HTML part. What people wrote is indented, so that no line of theirs can pass for one of ours. */
export function renderText(view: LeadMailView, transcript: ShownTranscript): string {
  const url = safeUrl(view.leadUrl)
  return [
    `${headlineOf(view)} (${oneLine(view.tenantName, 120)})`,
    ...(url === undefined ? [] : [url]),
    ...followUp(view),
    '',
    `Name:         ${given(view.name)}`,
    `Email:        ${given(view.email)}`,
    `Phone:        ${given(view.phone)}`,
    `Order number: ${given(view.orderNumber)}`,
    `Received:     ${formatTime(view.occurredAt, view.timezone)}`,
    `Source:       ${given(view.source)}`,
    ...message(view),
    ...conversation(view, transcript),
    ...products(view),
    '',
    `Lead ${oneLine(view.leadId, 120)}`,
    '',
  ].join('\n')
}

function followUp({ followUp: plan, timezone }: LeadMailView): string[] {
  if (plan === null) return []
  const { shown, leftOut } = cutText(withoutHidden(plan.note.trim()), mostOfMessage)
  return ['', `TO DO, due ${formatTime(plan.dueAt, timezone)}`, ...(isGiven(plan.note) ? [indented(shown + cutNote(leftOut))] : [])]
}

function message({ message: text }: LeadMailView): string[] {
  if (!isGiven(text)) return []
  const { shown, leftOut } = cutText(withoutHidden(text.trim()), mostOfMessage)
  return ['', 'MESSAGE', indented(shown + cutNote(leftOut))]
}

function conversation({ occurredAt, timezone }: LeadMailView, { messages, leftOut }: ShownTranscript): string[] {
  if (messages.length === 0) return []
  const said = messages.map(({ author, text, at, cut }) => {
    const caption = formatMoment(at, occurredAt, timezone)
    return `${authorLabels[author]}${caption === '' ? '' : `, ${caption}`}:\n${indented(text + cutNote(cut))}`
  })
  return ['', 'CONVERSATION', ...(leftOut === undefined ? [] : [leftOut]), ...said]
}

function products({ products: all }: LeadMailView): string[] {
  if (all.length === 0) return []
  const lines = all
    .slice(0, mostProducts)
    .map(({ title, priceMinor, currency, url }) =>
      [`- ${oneLine(title, 150)}`, formatPrice(priceMinor, currency), safeUrl(url)].filter((part) => part !== undefined).join('  '),
    )
  const more = all.length - mostProducts
  return ['', 'PRODUCTS DISCUSSED', ...lines, ...(more <= 0 ? [] : [`${counted(more, 'more product')} not shown here.`])]
}

const given = (text: string | null) => (isGiven(text) ? oneLine(text, 300) : 'not given')
const indented = (text: string) => text.replace(/^/gm, '  ')
