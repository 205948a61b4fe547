import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemOf, sendProblem } from './describe-errors.ts'
import { addCommonHeaders } from './observe-requests.ts'

/** Answers a request whose address is none, or too long for any of ours: the router turns it away before any hook has seen it. */
export function turnAway(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  addCommonHeaders(request, reply)
  void sendProblem(request, reply, problemOf(error))
}

const unreadable: Record<string, { status: number; code: string; detail: string }> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers-too-large', detail: 'Address and headers are larger than 16 KB together: send less.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request-too-slow', detail: 'The request did not arrive in time: send it again.' },
}

/** Answers what is no HTTP, or too large for it, and hangs up. There is no request yet: nothing of it is known, and nothing of it is logged. */
export function hangUp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const known = unreadable[error.code ?? '']
  const { status, code, detail } = known ?? { status: 400, code: 'request-unreadable', detail: 'This is no request by HTTP.' }
  const title = STATUS_CODES[status] ?? 'Error'
  const id = randomUUID()
  const body = JSON.stringify({
    type: `urn:tributary:problem:${code}`,
    title,
    status,
    code,
    detail,
    instance: `urn:tributary:request:${id}`,
  })
  const headers = [
    `HTTP/1.1 ${status} ${title}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'x-content-type-options: nosniff',
    'referrer-policy: no-referrer',
    'cache-control: no-store',
    'connection: close',
  ]
  if (socket.writable) socket.write(`${headers.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}
