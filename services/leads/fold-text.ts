// Letters that Unicode does not take apart into a letter and a mark, though people who lack the key type them as these.
const plainLetters: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', æ: 'ae', œ: 'oe', þ: 'th', ς: 'σ' }
const special = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g')

/**
 * `text` as search compares it: without case, accents and width, compatibility forms taken apart (NFKD). Folding what is folded changes nothing. The caller limits the
 * length: one character can become 18.
 */
export function foldText(text: string): string {
  const apart = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase().normalize('NFKD')
  return apart.replaceAll(/\p{M}+/gu, '').replaceAll(special, (letter) => plainLetters[letter] ?? letter)
}

/** The runs of letters and digits in folded text. */
export const runsOf = (folded: string): string[] => folded.split(/[^\p{L}\p{N}]+/u).filter((run) => run !== '')

/** Length in characters, as the database counts them. */
export const lengthOf = (term: string) => [...term].length

/** The first `length` characters. */
export const cutTo = (length: number, term: string) => (term.length <= length ? term : [...term].slice(0, length).join(''))
