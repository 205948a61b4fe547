import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'
import { normalOrderNumber } from './contact-keys.ts'
import { cutTo, foldText, lengthOf, runsOf } from './fold-text.ts'

/** What a submission or order is found by, as it was given. */
export type Findable = { name: string | null; email: string | null; phone: string | null; orderNumber: string | null }

/** A word of a search shorter than this is compared with whole terms only: its beginning would be shared by too many. */
export const prefixLength = 3
export const termLength = 64
/** Stands before digits in reverse, so that "ends with 5678" is "begins with ~8765". No other term has a sign. */
export const reverseMark = '~'

const wordsRead = 12
const charactersRead = 300

/**
 * The terms that `findable` is found by: letters and digits only, folded, 64 characters at most, each once, sorted. A word is found by its beginning, so a term runs from
 * the beginning of a word to the end of what the word stands in ("anne-marie" gives annemarie and marie), and a term that another one begins with is left out. Phone numbers are read in `region`.
 */
export function searchTermsOf(findable: Findable, region: string): string[] {
  const terms = [
    ...termsOfName(findable.name?.slice(0, charactersRead) ?? ''),
    ...termsOfEmail(findable.email?.slice(0, charactersRead) ?? ''),
    ...termsOfOrderNumber(normalOrderNumber(findable.orderNumber) ?? ''),
    ...termsOfPhone(findable.phone?.slice(0, 64) ?? '', region),
  ].map((term) => cutTo(termLength, term))
  const sorted = [...new Set(terms)].sort()
  return sorted.filter((term, index) => lengthOf(term) < prefixLength || sorted[index + 1]?.startsWith(term) !== true)
}

const termsOfName = (name: string) =>
  foldText(name)
    .split(/\s+/)
    .slice(0, wordsRead)
    .flatMap((word) => [...runsToEnd(runsOf(word)), ...shortBeginnings(word)])

function termsOfEmail(email: string): string[] {
  const folded = foldText(email.trim())
  const runs = runsOf(folded)
  // The top-level domain is no word that anybody is looked for by, and every lead would have it.
  return folded.includes('@') ? runsToEnd(runs, runs.length - 1) : runsToEnd(runs)
}

function termsOfOrderNumber(orderNumber: string): string[] {
  const runs = runsOf(foldText(orderNumber)).flatMap((run) => run.match(/\p{N}+|\P{N}+/gu) ?? [])
  const digits = runs.findLast((run) => /^\d+$/.test(run))?.replace(/^0+(?=\d)/, '')
  return [...runsToEnd(runs), ...(digits === undefined ? [] : [digits])]
}

function termsOfPhone(phone: string, region: string): string[] {
  const typed = foldText(phone)
  const parsed = parsePhoneNumberFromString(typed, region as CountryCode)
  if (parsed?.isValid() === true) return [...bothWays(parsed.number.slice(1)), parsed.nationalNumber]
  const digits = typed.replaceAll(/\D/g, '').slice(0, 20)
  return digits.length < 4 ? [] : bothWays(digits)
}

const bothWays = (digits: string) => [digits, reverseMark + reversed(digits)]

/** From the beginning of each run to the end of the last one, for the first `count` runs; and each short run alone, because it is looked for whole. */
const runsToEnd = (runs: readonly string[], count = runs.length) =>
  runs.slice(0, Math.min(count, wordsRead)).flatMap((run, index) => {
    const toEnd = runs.slice(index).join('')
    return lengthOf(run) < prefixLength && run !== toEnd ? [run, toEnd] : [toEnd]
  })

// Two characters are a family name in Chinese and Japanese, and no space follows it.
const shortBeginnings = (word: string) =>
  runsOf(word)
    .filter((run) => /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u.test(run))
    .flatMap((run) => [cutTo(1, run), cutTo(2, run)])

export const reversed = (digits: string) => [...digits].reverse().join('')
