import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { SMTPServer } from 'smtp-server'
import { resolveOutbound, type Resolve } from '../../../../services/platform/http/outbound-address.ts'
import { createOutboundDoor, type OutboundDoor } from '../../../../services/platform/http/outbound-post.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

function doorWith(rules = { allowPrivate: true }, timeoutMs = 5_000, resolve?: Resolve): OutboundDoor {
  const door = createOutboundDoor(rules, timeoutMs, resolve)
  closing.push(() => door.stop())
  return door
}
const post = (door: OutboundDoor, url: string, signal = new AbortController().signal) => door.post(url, {}, '{}', signal)

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A server that answers each connection with these bytes and whatever `more` writes. */
async function raw(bytes: string, more: (socket: Socket) => void = (socket) => socket.end()): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(bytes)
      more(socket)
    })
    closing.push(() => socket.destroy())
  })
  return `http://127.0.0.1:${await listen(server)}/`
}

describe('a post to an address that a user typed', () => {
  it('is not made over a connection whose certificate nobody vouches for', async () => {
    const server = new SMTPServer({ secure: true, logger: false })
    server.on('error', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    closing.push(() => new Promise<void>((resolve) => server.close(resolve)))
    const { port } = server.server.address() as AddressInfo
    expect(await post(doorWith(), `https://127.0.0.1:${port}/`)).toEqual({ failure: 'tls' })
  })

  it('is not made in the clear where https was asked for', async () => {
    const port = await listen(createHttpServer((_request, response) => response.end('hello')))
    expect(await post(doorWith(), `https://127.0.0.1:${port}/`)).toEqual({ failure: 'tls' })
  })

  it('reads 16 KiB of an endless answer and hangs up', async () => {
    let isOver = false
    const url = await raw('HTTP/1.1 200 OK\r\n\r\n', (socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write('x'.repeat(65_536)));
      }
      socket.on('drain', pour)
      socket.once('close', () => (isOver = true))
      pour()
    })
    const result = await post(doorWith(), url)
    expect(result).toEqual({ answer: { status: 200, retryAfter: null, excerpt: 'x'.repeat(16_384) } })
    await doorWith().stop()
    while (!isOver) await new Promise((resolve) => setImmediate(resolve))
  })

  it.each([
    ['too many headers', `HTTP/1.1 200 OK\r\n${`x-pad: ${'y'.repeat(900)}\r\n`.repeat(100)}\r\n`, 'not-http'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'not-http'],
    ['nothing at all', '', 'connection-reset'],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-', 'connection-reset'],
  ])('takes %s for what it is', async (_, bytes, failure) => expect(await post(doorWith(), await raw(bytes))).toEqual({ failure }))

  it('ends when its time is over, before an answer and within its head', async () => {
    const silent = await raw('', () => undefined)
    const trickling = await raw('HTTP/1.1 200 OK\r\n', (socket) => {
      const timer = setInterval(() => socket.write('x-slow: 1\r\n'), 20)
      closing.push(() => clearInterval(timer))
    })
    for (const url of [silent, trickling]) expect(await post(doorWith({ allowPrivate: true }, 200), url)).toEqual({ failure: 'timeout' })
  })

  it('is interrupted by its caller', async () => {
    const abort = new AbortController()
    const result = post(doorWith(), await raw('', () => abort.abort()), abort.signal)
    expect(await result).toEqual({ failure: 'interrupted' })
  })

  it('says what else went wrong', async () => {
    const port = await listen(createServer())
    await closing.pop()?.()
    expect(await post(doorWith(), `http://127.0.0.1:${port}/`)).toEqual({ failure: 'connection-refused' })
    const unknown = doorWith({ allowPrivate: true }, 5_000, () => Promise.reject(new Error('no such host')))
    expect(await post(unknown, 'http://shop.example/')).toEqual({ failure: 'address-unknown' })
  })

  it('goes nowhere when one of the addresses of its host is private', async () => {
    let connections = 0
    const port = await listen(createServer(() => connections++))
    const both: Resolve = async () => [
      { address: '192.0.2.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ]
    expect(await post(doorWith({ allowPrivate: false }, 5_000, both), `http://shop.example:${port}/`)).toEqual({
      failure: 'address-refused',
    })
    expect(connections).toBe(0)
  })
})

it('names inside are resolved as the machine does it only where the installation allows private addresses', async () => {
  const addresses = (await resolveOutbound('localhost', { allowPrivate: true })).map(({ address }) => address)
  expect(addresses.length).toBeGreaterThan(0)
  for (const address of addresses) expect(['127.0.0.1', '::1']).toContain(address)
})
