// What a spreadsheet takes for the beginning of a formula; the last four are the full-width forms (https://owasp.org/www-community/attacks/CSV_Injection).
const starts = '=+\\-@＝＋－＠'
// What a spreadsheet may drop before it looks for one: quotes, spaces, and signs that nobody sees.
const skipped = `['" \\u00a0\\u0000\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060\\ufeff]*`
// Where spreadsheets set to another list separator cut a cell: Excel in Brazil or Germany cuts at the semicolon, quoted or not, and then a line break begins a row.
const afterSeparator = new RegExp(`(?<=[;\\t\\r\\n])(?=${skipped}[${starts}])`, 'g')
const atStart = new RegExp(`^(?=${skipped}[${starts}\\t\\r])`)
const hasStart = new RegExp(`[${starts}\\t\\r]`)
const signedFigures = /^[+-][\d ().-]+$/

/**
 * `text` with an apostrophe where a spreadsheet could take it, or what it cuts out of it, for a formula; the same text where it could not. A phone number or a negative number is
 * left as it is: figures can be reckoned with, not call anything. Take back with: remove one apostrophe that stands at the start, or after `;`, tab or line break, before such a place.
 */
export function guardCell(text: string): string {
  if (!hasStart.test(text) || signedFigures.test(text)) return text
  return text.replace(afterSeparator, "'").replace(atStart, "'")
}
