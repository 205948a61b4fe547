// Line feed and tab stay. Bidi overrides and isolates would let a name rewrite the line that it stands in; what is neither is invisible or cannot be sent.
const hidden = /(?![\n\t])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/gu

/** `text` without what cannot be seen but changes what is seen: controls, marks that turn the direction, halves of letters. */
export function withoutHidden(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(hidden, '')
}

/** `text` on one line, `most` characters at most. */
export function oneLine(text: string, most: number): string {
  const line = withoutHidden(text.slice(0, most * 4))
    .replace(/\s+/g, ' ')
    .trim()
  const isWhole = text.length <= most * 4 && cutText(line, most).leftOut === 0
  return isWhole ? line : `${cutText(line, most - 1).shown}…`
}

/** The first `most` characters of `text` and how many more there are; letters of two code units stay whole. */
export function cutText(text: string, most: number): { shown: string; leftOut: number } {
  if (text.length <= most) return { shown: text, leftOut: 0 }
  const letters = Array.from(text)
  return { shown: letters.slice(0, most).join(''), leftOut: Math.max(0, letters.length - most) }
}

const counts = new Intl.NumberFormat('en')

/** `count` with its noun: 1 message, 2,000 messages. */
export function counted(count: number, noun: string): string {
  return `${counts.format(count)} ${noun}${count === 1 ? '' : 's'}`
}
