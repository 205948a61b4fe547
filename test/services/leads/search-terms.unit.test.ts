import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { foldText } from '../../../services/leads/fold-text.ts'
import { parseSearch } from '../../../services/leads/parse-search.ts'
import { Refusal } from '../../../services/leads/refusal.ts'
import { searchTermsOf, type Findable } from '../../../services/leads/search-terms.ts'

const nobody: Findable = { name: null, email: null, phone: null, orderNumber: null }

/** Whether a search finds somebody, as the index would say. */
function finds(search: string, findable: Partial<Findable>, region = 'BR'): boolean {
  const terms = searchTermsOf({ ...nobody, ...findable }, region)
  const words = parseSearch(search)
  return (
    words !== undefined &&
    words.length > 0 &&
    words.every(({ ways }) => ways.some(({ how, term }) => terms.some((one) => (how === 'whole' ? one === term : one.startsWith(term)))))
  )
}

const anyText = fc.string({ unit: 'grapheme', maxLength: 80 })
const anyFindable = fc.record({ name: anyText, email: anyText, phone: anyText, orderNumber: anyText })

describe('a person is found', () => {
  it.each([
    ['mar', { name: 'Maria Silva' }],
    ['SILVA maria', { name: 'María  Sílva' }],
    ['ＭＡＲＩＡ', { name: 'maria' }],
    ['maria', { name: 'ＭＡＲＩＡ' }],
    ['strasse', { name: 'Jan Straße' }],
    ['STRAẞE', { name: 'Jan Strasse' }],
    ['soren', { name: 'Søren' }],
    ['lodz', { name: 'Łódź' }],
    ['ΟΔΥΣΣΕΥΣ', { name: 'Οδυσσεύς' }],
    ["o'br", { name: "Conan O'Brien" }],
    ['obrien', { name: 'Conan O’Brien' }],
    ['brie', { name: "Conan O'Brien" }],
    ['jean-lu', { name: 'Jean-Luc Picard' }],
    ['luc', { name: 'Jean-Luc Picard' }],
    ['li', { name: 'Li Wei' }],
    ['山', { name: '山田太郎' }],
    ['山田', { name: '山田太郎' }],
    ['山田太', { name: '山田太郎' }],
    ['김민', { name: '김민준' }],
    ['محم', { name: 'محمد علي' }],
    ['maria.sil', { email: 'Maria.Silva@Example.com' }],
    ['silva', { email: 'maria.silva@example.com' }],
    ['maria.silva@exa', { email: 'maria.silva@example.com' }],
    ['MARIA.SILVA@EXAMPLE.COM', { email: 'maria.silva@example.com' }],
    ['example', { email: 'maria.silva@example.com' }],
    ['@example.co', { email: 'maria.silva@example.com' }],
    ['news', { email: 'me+news@example.com' }],
    ['jo', { email: 'jo@example.com' }],
    ['#1001', { orderNumber: '1001' }],
    ['1001', { orderNumber: '#1001' }],
    ['br-1001', { orderNumber: '#BR-1001' }],
    ['1001', { orderNumber: 'BR1001' }],
    ['7', { orderNumber: '#7' }],
    ['123', { orderNumber: 'N-000123' }],
    ['000123', { orderNumber: 'N-000123' }],
    ['+55 11 91234-5678', { phone: '(11) 91234-5678' }],
    ['11912', { phone: '+5511912345678' }],
    ['55119', { phone: '(11) 91234-5678' }],
    ['011 91234 5678', { phone: '(11) 91234-5678' }],
    ['0055 11 91234 5678', { phone: '(11) 91234-5678' }],
    ['5678', { phone: '(11) 91234-5678' }],
    ['45678', { phone: '(11) 91234-5678' }],
    ['4567', { phone: '1234567' }],
    ['maria 5678', { name: 'Maria', phone: '(11) 91234-5678' }],
    ['maria example 1001', { name: 'Maria', email: 'm@example.com', orderNumber: '#1001' }],
  ])('by %s', (search, findable) => {
    expect(finds(search, findable)).toBe(true)
  })

  it.each([
    ['ria', { name: 'Maria' }],
    ['ma', { name: 'Maria' }],
    ['maria souza', { name: 'Maria Silva' }],
    ['com', { email: 'maria@example.com' }],
    ['678', { phone: '(11) 91234-5678' }],
    ['1234', { phone: '(11) 91234-5678' }],
    ['~8765', { name: '5678' }],
    ['%', { name: 'Maria' }],
    ['_____', { name: 'Maria' }],
  ])('but not by %s', (search, findable) => {
    expect(finds(search, findable)).toBe(false)
  })
})

describe('terms', () => {
  it('are 1 to 64 characters of letters and digits, each once, for whatever is sent', () => {
    fc.assert(
      fc.property(anyFindable, (findable) => {
        const terms = searchTermsOf(findable, 'BR')
        expect(new Set(terms).size).toBe(terms.length)
        for (const term of terms) {
          expect([...term].length).toBeLessThanOrEqual(64)
          expect(term).toMatch(/^~?[\p{L}\p{N}]+$/u)
        }
      }),
    )
  })

  it('are few, however much is sent', () => {
    const flood = (unit: string) => unit.repeat(20_000)
    for (const unit of ['a ', 'a.', '\u0000', '\u202e', 'ﷺ ', '🙂', '9-', '山 '])
      expect(
        searchTermsOf({ name: flood(unit), email: flood(unit), phone: flood(unit), orderNumber: flood(unit) }, 'BR').length,
      ).toBeLessThan(200)
  })

  it('find every beginning of three letters and more of every word of a name', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 3, maxLength: 90 }), { maxLength: 6 }), fc.nat(), (words, at) => {
        const name = words.join(' ').slice(0, 300)
        const runs = foldText(name).split(/[^\p{L}\p{N}]+/u)
        for (const run of runs.filter((one) => [...one].length >= 3)) {
          const length = 3 + (at % ([...run].length - 2))
          expect(finds([...run].slice(0, length).join(''), { name })).toBe(true)
        }
      }),
    )
  })

  it('find a valid phone number by every ending of four digits and more and every beginning', () => {
    for (let length = 4; length <= 13; length++) {
      expect(finds('5511912345678'.slice(-length), { phone: '11 91234 5678' })).toBe(true)
      expect(finds('5511912345678'.slice(0, length), { phone: '11 91234 5678' })).toBe(true)
    }
  })
})

describe('folding', () => {
  it('changes nothing that is folded', () => {
    fc.assert(fc.property(anyText, (text) => expect(foldText(foldText(text))).toBe(foldText(text))))
  })

  it('does not see case, accents or width', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        const wide = text.replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
        const accented = text.replaceAll(/[a-zA-Z]/g, '$&\u0301\u0323')
        expect(foldText(wide)).toBe(foldText(text))
        expect(foldText(accented)).toBe(foldText(text))
        expect(foldText(text.toUpperCase())).toBe(foldText(text.toLowerCase()))
      }),
    )
  })
})

describe('a search', () => {
  it('of nothing but space is none, and of signs alone finds nothing', () => {
    expect(parseSearch(' \t\u3000')).toBeUndefined()
    expect(parseSearch('%_#\u0000\u202e🙂')).toEqual([])
  })

  it('of more than 200 characters or eight words is refused in words for people', () => {
    expect(() => parseSearch('x'.repeat(10_000))).toThrow(Refusal)
    expect(() => parseSearch('a b c d e f g h i')).toThrow('The search has 9 words')
  })

  it('never holds what means something to LIKE', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const words = (() => {
          try {
            return parseSearch(text) ?? []
          } catch {
            return []
          }
        })()
        for (const { ways } of words) for (const { term } of ways) expect(term).toMatch(/^~?[\p{L}\p{N}]+$/u)
      }),
    )
  })
})
