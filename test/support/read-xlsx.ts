import { inflateRawSync } from 'node:zlib'

/** A cell as the file says it: the type that it was given, and its value. */
export type ReadCell = { type: string; value: string }

/** Reads the sheets of a workbook by the letter of the ZIP and SpreadsheetML formats, knowing nothing of who wrote it; a cell that is not there is undefined. */
export function readXlsx(file: Buffer): (ReadCell | undefined)[][][] {
  const entries = unzip(file)
  const workbook = textOf(entries, 'xl/workbook.xml')
  const targets = new Map(
    [...textOf(entries, 'xl/_rels/workbook.xml.rels').matchAll(/<Relationship [^>]*>/g)].map(([tag]) => [
      attribute(tag, 'Id'),
      attribute(tag, 'Target'),
    ]),
  )
  return [...workbook.matchAll(/<sheet [^>]*>/g)].map(([tag]) => readSheet(textOf(entries, `xl/${targets.get(attribute(tag, 'r:id'))}`)))
}

function readSheet(xml: string): (ReadCell | undefined)[][] {
  // What XML 1.0 does not allow makes Excel call the file broken.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml)) throw new Error('a character that XML does not allow')
  return [...xml.matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, cells = '']) => {
    const row: (ReadCell | undefined)[] = []
    for (const [, tag = '', inner = ''] of cells.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs))
      row[columnOf(attribute(tag, 'r'))] = { type: /\bt="(\w+)"/.exec(tag)?.[1] ?? 'n', value: valueOf(inner) }
    return row
  })
}

function valueOf(inner: string): string {
  if (/<f[ >]/.test(inner)) throw new Error('a formula')
  const [, tag = '', text = ''] = /<(?:t|v)([^>]*?)(?:\/>|>(.*?)<\/[tv]>)/s.exec(inner) ?? []
  if (/^\s|\s$/.test(text) && /^[ \t\n]|[ \t\n]$/.test(text) && !tag.includes('xml:space="preserve"'))
    throw new Error('white space that a reader may drop')
  const plain = text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
  return plain.replace(/_x([0-9a-f]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

const attribute = (tag: string, name: string) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1] ?? ''

function columnOf(reference: string): number {
  const letters = /^[A-Z]+/.exec(reference)?.[0] ?? ''
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function textOf(entries: Map<string, Buffer>, path: string): string {
  const content = entries.get(path)
  if (content === undefined) throw new Error(`the workbook has no ${path}`)
  return new TextDecoder('utf-8', { fatal: true }).decode(content)
}

function unzip(file: Buffer): Map<string, Buffer> {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const entries = new Map<string, Buffer>()
  let at = file.readUInt32LE(end + 16)
  for (let count = file.readUInt16LE(end + 10); count > 0; count--) {
    const [method, packed, nameLength] = [file.readUInt16LE(at + 10), file.readUInt32LE(at + 20), file.readUInt16LE(at + 28)]
    const local = file.readUInt32LE(at + 42)
    const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const bytes = file.subarray(from, from + packed)
    const content = method === 8 ? inflateRawSync(bytes) : bytes
    entries.set(file.toString('utf8', at + 46, at + 46 + nameLength), content)
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return entries
}
