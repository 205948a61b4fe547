/** Reads a CSV by the letter of RFC 4180, knowing nothing of who wrote it. Throws where the text leaves the grammar. */
export function readCsv(file: Buffer): string[][] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(file)
  const rows: string[][] = []
  let row: string[] = []
  for (let at = 0; at < text.length;) {
    const [field, end] = text[at] === '"' ? quotedField(text, at + 1) : plainField(text, at)
    row.push(field)
    if (text[end] === ',') at = end + 1
    else if (text.startsWith('\r\n', end)) {
      rows.push(row)
      row = []
      at = end + 2
    } else throw new Error(`neither a comma nor a line end at ${end}`)
  }
  return rows
}

function quotedField(text: string, from: number): [string, number] {
  let field = ''
  for (let at = from; ;) {
    const end = text.indexOf('"', at)
    if (end < 0) throw new Error('a quoted field does not end')
    field += text.slice(at, end)
    if (text[end + 1] !== '"') return [field, end + 1]
    field += '"'
    at = end + 2
  }
}

function plainField(text: string, from: number): [string, number] {
  let end = from
  while (end < text.length && !',"\r\n'.includes(text[end] ?? '')) end++
  return [text.slice(from, end), end]
}
