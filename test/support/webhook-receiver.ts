import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type ReceivedWebhook = {
  headers: IncomingMessage['headers']
  body: string
  path: string
  event: { type: string; timestamp: string; data: Record<string, unknown> }
}

/** What the receiver does with a request: answer, keep it waiting, break the connection off, or answer something that is no HTTP. */
export type Reaction = { status: number; headers?: Record<string, string>; body?: string } | 'hang' | 'reset' | 'garbage'

export type Receiver = {
  url: string
  port: number
  received: ReceivedWebhook[]
  /** Requests that wait for an answer now, and the most that ever did. */
  open(): number
  mostOpen(): number
  /** Says what to do with each request from now on; without it all are answered 204. */
  reactWith(react: (webhook: ReceivedWebhook, index: number) => Reaction | Promise<Reaction>): void
  stop(): Promise<void>
}

/** A real HTTP server on a free port of this machine that takes webhooks and does with them as it is told. */
export async function startReceiver(): Promise<Receiver> {
  const received: ReceivedWebhook[] = []
  const sockets = new Set<Socket>()
  let react: (webhook: ReceivedWebhook, index: number) => Reaction | Promise<Reaction> = () => ({ status: 204 })
  let open = 0
  let mostOpen = 0

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const webhook = { headers: request.headers, body, path: request.url ?? '', event: JSON.parse(body) as ReceivedWebhook['event'] }
    received.push(webhook)
    open++
    mostOpen = Math.max(mostOpen, open)
    response.once('close', () => open--)
    const reaction = await react(webhook, received.length - 1)
    if (reaction === 'hang') return
    if (reaction === 'reset') request.socket.resetAndDestroy()
    else if (reaction === 'garbage') request.socket.end('SSH-2.0-OpenSSH_9.6\r\n')
    else response.writeHead(reaction.status, reaction.headers).end(reaction.body)
  }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/hooks`,
    port,
    received,
    open: () => open,
    mostOpen: () => mostOpen,
    reactWith: (reaction) => (react = reaction),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
