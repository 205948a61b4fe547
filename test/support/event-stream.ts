import { request, type IncomingMessage } from 'node:http'

export type StreamedEvent = { event: string; id: string; data: Record<string, unknown> }

/** An open event stream as a program reads it. `text` is all that has come. */
export type EventStream = {
  status: number
  headers: IncomingMessage['headers']
  events: StreamedEvent[]
  comments(): number
  lastId(): string
  isOver(): boolean
  pause(): void
  resume(): void
  close(): void
}

/** Opens the stream at `url`. Not `fetch`: a test has to stop reading, and to see the end of the connection. */
export async function openStream(url: string, headers: Record<string, string>): Promise<EventStream> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(url, { headers }, resolve)
    asked.on('error', reject)
    asked.end()
  })
  const events: StreamedEvent[] = []
  let rest = ''
  let comments = 0
  let lastId = ''
  let isOver = false
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
      if (fields.has('')) comments++
      lastId = fields.get('id') ?? lastId
      const [event, data] = [fields.get('event'), fields.get('data')]
      if (event !== undefined && data !== undefined) events.push({ event, id: lastId, data: JSON.parse(data) as Record<string, unknown> })
    }
  })
  answer.on('error', () => (isOver = true))
  answer.on('close', () => (isOver = true))
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    events,
    comments: () => comments,
    lastId: () => lastId,
    isOver: () => isOver,
    pause: () => void answer.pause(),
    resume: () => void answer.resume(),
    close: () => answer.destroy(),
  }
}
