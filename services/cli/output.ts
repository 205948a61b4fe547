/** Data for programs and people on stdout; everything said beside it goes to stderr. */
export type Output = { json: boolean; data(value: unknown, table?: Table): void; line(value: unknown): void; say(text: string): void }
export type Table = { columns: string[]; rows: (string | number | null)[][] }

export function createOutput(json: boolean): Output {
  return {
    json,
    data: (value, table) => {
      if (json || table === undefined) process.stdout.write(`${JSON.stringify(value, null, json ? 0 : 2)}\n`)
      else process.stdout.write(formatTable(table))
    },
    line: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
  }
}

function formatTable({ columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? '').length)))
  return (
    cells
      .map((row) =>
        row
          .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
          .join('  ')
          .trimEnd(),
      )
      .join('\n') + '\n'
  )
}
