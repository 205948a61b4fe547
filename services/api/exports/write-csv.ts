import { stringify } from 'csv-stringify/sync'
import { guardCell } from './csv-guard.ts'
import type { Cell, CellNotes, Sheet, SheetFile } from './sheet.ts'

/** `safe` keeps spreadsheets from running what a visitor typed; `raw` leaves every text as it is. */
export type CsvEscaping = 'safe' | 'raw'

const byteOrderMark = '\ufeff'
// RFC 4180 ends lines with CRLF; each field is quoted, so that a line break or a stray separator in it is never taken for one by a reader that follows the rules.
const format = { record_delimiter: '\r\n', quoted: true, quoted_empty: false }

/** A CSV after RFC 4180 in UTF-8 with a byte order mark, without which Excel takes it for a code page of Windows. */
export function writeCsv({ headers, pages }: Sheet, escaping: CsvEscaping): SheetFile {
  const notes: CellNotes = { guarded: 0, shortened: 0 }
  const cellText = (cell: Cell) => {
    if (typeof cell !== 'string' || escaping === 'raw') return cell
    const guarded = guardCell(cell)
    if (guarded !== cell) notes.guarded++
    return guarded
  }
  async function* bytes() {
    yield Buffer.from(byteOrderMark + stringify([headers.map(cellText)], format))
    for await (const page of pages) {
      if (page.length > 0)
        yield Buffer.from(
          stringify(
            page.map((row) => row.map(cellText)),
            format,
          ),
        )
    }
  }
  return { bytes: bytes(), notes }
}
