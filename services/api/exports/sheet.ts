/** One cell: a text as it is stored, a number, or nothing. */
export type Cell = string | number | null

/** A table on its way into a file: rows come in pages, so that no more than one is in memory. */
export type Sheet = { headers: readonly string[]; pages: AsyncIterable<readonly (readonly Cell[])[]> }

/** What writing had to do to cells. `guarded` cells of a CSV got an apostrophe; `shortened` cells of a workbook were longer than one can be. */
export type CellNotes = { guarded: number; shortened: number }

/** A file being written: its bytes in order, and, when they have all been read, what was done to cells. */
export type SheetFile = { bytes: AsyncIterable<Uint8Array>; notes: CellNotes }
