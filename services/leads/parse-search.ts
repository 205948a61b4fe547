import { cutTo, foldText, lengthOf, runsOf } from './fold-text.ts'
import { Refusal } from './refusal.ts'
import { prefixLength, reversed, reverseMark, termLength } from './search-terms.ts'

/** One way in which a word can be in the index: as a whole term, or as the beginning of one. */
export type TermMatch = { how: 'whole' | 'beginning'; term: string }
/** A word that was typed: found when any of its ways is. */
export type SearchWord = { ways: readonly TermMatch[] }

const longestSearch = 200
const mostWords = 8

/**
 * The words of a search: all of them must be found. Undefined when nothing was typed; no words when what was typed has no letter and no digit, which no lead has either.
 * Digits that follow each other are one phone number, however it is spaced. Throws `search-too-long`.
 */
export function parseSearch(text: string): SearchWord[] | undefined {
  if (text.length > longestSearch)
    throw new Refusal('search-too-long', `The search has ${text.length} characters: send ${longestSearch} at most.`)
  const tokens = joinDigits(foldText(text).split(/\s+/)).filter((token) => token !== '')
  if (tokens.length === 0) return undefined
  const words = [...new Set(tokens.map((token) => cutTo(termLength, runsOf(token).join(''))))].filter((word) => word !== '')
  if (words.length > mostWords) throw new Refusal('search-too-long', `The search has ${words.length} words: send ${mostWords} at most.`)
  return words.map((word) => ({ ways: waysOf(word) }))
}

function waysOf(word: string): TermMatch[] {
  if (lengthOf(word) < prefixLength) return [{ how: 'whole', term: word }]
  const beginnings = [word]
  if (/^\d{4,}$/.test(word)) beginnings.push(reverseMark + reversed(word))
  // A trunk prefix or 00 is dialled, not part of the number.
  if (/^0\d{6,}$/.test(word)) beginnings.push(word.replace(/^0+(?=\d{3})/, ''))
  return beginnings.map((term) => ({ how: 'beginning', term }))
}

const isPhonePart = (token: string) => /^[\d+()./-]+$/.test(token) && /\d/.test(token)

function joinDigits(tokens: readonly string[]): string[] {
  const joined: string[] = []
  let wasDigits = false
  for (const token of tokens) {
    const isDigits = isPhonePart(token)
    if (isDigits && wasDigits) joined.push(`${joined.pop() ?? ''}${token}`)
    else joined.push(token)
    wasDigits = isDigits
  }
  return joined
}
