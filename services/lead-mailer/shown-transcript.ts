import type { LeadMailView, ShownMessage } from './lead-mail-view.ts'
import { counted, cutText, withoutHidden } from './shown-text.ts'

const mostMessages = 60
const mostCharacters = 1_500

/** The part of a conversation that a mail shows. `leftOut` says in a sentence what came before; `cut` how many characters of a message are missing. */
export type ShownTranscript = { messages: (ShownMessage & { cut: number })[]; leftOut: string | undefined }

/** The end of a conversation that fits into `room`: its last messages, each cut to a readable length. `costOf` tells how much room a message takes. The last message always fits. */
export function shownTranscript(
  transcript: LeadMailView['transcript'],
  room: number,
  costOf: (message: ShownMessage) => number,
): ShownTranscript {
  const messages: ShownTranscript['messages'] = []
  let left = room
  for (const message of transcript.slice(-mostMessages).toReversed()) {
    const { shown, leftOut } = cutText(withoutHidden(message.text), mostCharacters)
    const part = { ...message, text: shown, cut: leftOut }
    left -= costOf(part)
    if (left < 0 && messages.length > 0) break
    messages.unshift(part)
  }
  return { messages, leftOut: leftOutOf(transcript.slice(0, transcript.length - messages.length)) }
}

function leftOutOf(earlier: readonly ShownMessage[]): string | undefined {
  if (earlier.length === 0) return undefined
  const characters = earlier.reduce((sum, { text }) => sum + text.length, 0)
  return `${counted(earlier.length, 'earlier message')} (${counted(characters, 'character')}) not shown here.`
}

/** What stands where text was cut off. */
export const cutNote = (cut: number) => (cut === 0 ? '' : ` … [${counted(cut, 'more character')}]`)
