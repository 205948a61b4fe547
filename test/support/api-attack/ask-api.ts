import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

export type RawAnswer = { status: number; headers: IncomingHttpHeaders; text: string; body: unknown }
export type RawRequest = { method: string; path: string; headers?: Record<string, string>; body?: string | undefined }

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

/** Sends a request just as it is: no address is tidied, no body is looked at. A stream of events is left after its head. */
export function askApi(url: string, { method, path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ agent, hostname, port, method, path, headers }, (response) => {
      const { statusCode: status = 0, headers: answered } = response
      if (answered['content-type']?.startsWith('text/event-stream') === true) {
        resolve({ status, headers: answered, text: '', body: undefined })
        response.destroy()
        return
      }
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const isJson = /json/.test(answered['content-type'] ?? '') && text !== ''
        resolve({ status, headers: answered, text, body: isJson ? JSON.parse(text) : undefined })
      })
    })
    request.on('error', reject)
    request.setTimeout(20_000, () => request.destroy(new Error(`no answer to ${method} ${path.slice(0, 200)}`)))
    if (body !== undefined) request.write(body)
    request.end()
  })
}

/** Closes the connections that were kept. */
export const hangUp = () => agent.destroy()
