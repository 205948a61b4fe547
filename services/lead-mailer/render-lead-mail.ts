import { bubble } from './html-parts.ts'
import { headlineOf, personOf, type LeadMailView, type RenderedMail } from './lead-mail-view.ts'
import { renderHtml } from './render-html.ts'
import { renderText } from './render-text.ts'
import { formatMoment } from './shown-facts.ts'
import { oneLine } from './shown-text.ts'
import { shownTranscript } from './shown-transcript.ts'

// Gmail cuts a mail after 102 KB and hides the rest, end and all; the transcript gets what the rest leaves of this.
const mostBytes = 90_000

/** The mail about one submission, in HTML and in plain text; the same view makes the same mail. Takes whatever people wrote and never throws for it. */
export function renderLeadMail(view: LeadMailView): RenderedMail {
  const frame = renderHtml(view, { messages: [], leftOut: undefined })
  const transcript = shownTranscript(view.transcript, mostBytes - Buffer.byteLength(frame), (message) =>
    Buffer.byteLength(bubble({ ...message, cut: 0 }, formatMoment(message.at, view.occurredAt, view.timezone))),
  )
  return {
    subject: oneLine(`${headlineOf(view)} – ${oneLine(personOf(view), 60)}`, 120),
    html: renderHtml(view, transcript),
    text: renderText(view, transcript),
  }
}
