import { writeXlsxStream } from 'hucre/xlsx'
import type { Cell, CellNotes, Sheet, SheetFile } from './sheet.ts'

/** What Excel holds in one cell, in UTF-16 units (https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3). */
const longestCell = 32_767
const cut = '…'

/**
 * An Excel workbook with one sheet, a second one beyond 1,048,576 rows. Texts are typed as texts, so that none is a formula and "+55…" stays what it is. This is the only file that
 * knows the library.
 */
export function writeXlsx({ headers, pages }: Sheet, name: string): SheetFile {
  const notes: CellNotes = { guarded: 0, shortened: 0 }
  const cellText = (cell: Cell) => {
    if (typeof cell !== 'string') return cell
    if (cell.length > longestCell) notes.shortened++
    return xmlSafe(shortened(cell))
  }
  async function* rows() {
    for await (const page of pages) for (const row of page) yield row.map(cellText)
  }
  const columns = headers.map((header) => ({ header: xmlSafe(header) }))
  return { bytes: chunks(writeXlsxStream(rows(), { name, columns, freezePane: { rows: 1 } })), notes }
}

async function* chunks(stream: ReadableStream<Uint8Array>) {
  yield* stream
}

function shortened(text: string): string {
  if (text.length <= longestCell) return text
  const kept = text.slice(0, longestCell - cut.length)
  // Half of a surrogate pair would be no character.
  return (/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept) + cut
}

// `_x0041_` in a cell means the character of that number (ECMA-376, ST_Xstring), so a text that reads so needs its underscore written that way, also
// where only what is written behind it, itself a number like that, completes it. The two last numbers of the plane are
// no characters of XML. The library takes care of the control characters.
const xmlSafe = (text: string) =>
  text.replace(/_(?=x[0-9a-f]{4})/gi, '_x005F_').replace(/[\ufffe\uffff]/g, (character) => `_x${character.charCodeAt(0).toString(16)}_`)
