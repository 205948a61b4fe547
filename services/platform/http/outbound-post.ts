import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, request, type Dispatcher } from 'undici'
import { type AddressRefused, assertAllowed, resolveOutbound, type OutboundRules, type Resolve } from './outbound-address.ts'

export type OutboundAnswer = { status: number; retryAfter: string | null; excerpt: string }
/** Why there is no answer. The word stands in tables and logs. */
export type OutboundFailure =
  | 'timeout'
  | 'address-refused'
  | 'address-unknown'
  | 'connection-refused'
  | 'connection-reset'
  | 'unreachable'
  | 'tls'
  | 'not-http'
  | 'interrupted'
  | 'unknown'
export type OutboundResult = { answer: OutboundAnswer } | { failure: OutboundFailure }

export type OutboundDoor = {
  /** Posts `body` once, without following redirects; never throws. `signal` interrupts it. */
  post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<OutboundResult>
  stop(): Promise<void>
}

const connectMs = 5_000
const mostBytes = 16_384
// The status is what counts; a body that trickles must not hold a place for long.
const bodyMs = 2_000

/**
 * Sends requests to addresses that users typed. Every connection goes to an address that `rules` allow, which is looked at when the connection is made: a name that pointed elsewhere when
 * it was entered (DNS rebinding) does not help. A try takes at most `timeoutMs`; of the answer at most 16 KiB are read.
 */
export function createOutboundDoor(rules: OutboundRules, timeoutMs: number, resolve?: Resolve): OutboundDoor {
  const agent = new Agent({
    connect: guardedConnector(rules, resolve),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Long enough for a burst to share a connection, shorter than the time after which servers close an idle one.
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 1_000,
  })
  return {
    post: async (url, headers, body, signal) => {
      const deadline = AbortSignal.timeout(timeoutMs)
      try {
        const response = await request(url, {
          method: 'POST',
          headers: { ...headers, 'accept-encoding': 'identity' },
          body,
          dispatcher: agent,
          signal: AbortSignal.any([deadline, signal]),
        })
        const retryAfter = response.headers['retry-after']
        return {
          answer: {
            status: response.statusCode,
            retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
            excerpt: await readExcerpt(response.body),
          },
        }
      } catch (error) {
        return { failure: signal.aborted ? 'interrupted' : deadline.aborted ? 'timeout' : failureIn(error) }
      }
    },
    stop: () => agent.destroy(),
  }
}

function guardedConnector(rules: OutboundRules, resolve: Resolve | undefined): buildConnector.connector {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolveOutbound(hostname, rules, resolve).then(
      (found) => {
        const fitting = found.filter(({ family }) => ![4, 6].includes(Number(options.family)) || family === options.family)
        const [first] = fitting
        if (first === undefined) callback(new Error('no address of that family'), '')
        else if (options.all === true) callback(null, fitting)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error as Error, ''),
    )
  }
  const connect = buildConnector({ timeout: connectMs, lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 2_000 })
  return (options, callback) => {
    // A literal address is never looked up.
    const refusal = isIP(options.hostname) === 0 ? undefined : refusalOf(options.hostname, rules)
    if (refusal !== undefined) callback(refusal, null)
    else
      connect(options, (...result) => {
        const [error, socket] = result
        const landed = error === null ? refusalOf(socket.remoteAddress ?? '', rules) : undefined
        if (landed === undefined) callback(...result)
        else {
          socket?.destroy()
          callback(landed, null)
        }
      })
  }
}

function refusalOf(address: string, rules: OutboundRules): Error | undefined {
  try {
    assertAllowed(address, rules)
    return undefined
  } catch (error) {
    return error as AddressRefused
  }
}

/** The first 16 KiB of the body, as far as they come in time, as text. */
async function readExcerpt(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  const timer = setTimeout(() => body.destroy(), bodyMs)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= mostBytes) break
    }
  } catch {
    // The status has been given; what is missing of the body changes nothing.
  } finally {
    clearTimeout(timer)
    body.on('error', () => undefined)
    body.destroy()
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8')
}

const failures: [RegExp, OutboundFailure][] = [
  [/^address-refused$/, 'address-refused'],
  [/^address-unknown$/, 'address-unknown'],
  [/TIMEOUT|ETIMEDOUT/, 'timeout'],
  [/^ECONNREFUSED$/, 'connection-refused'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'connection-reset'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'unreachable'],
  [/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|^EPROTO$/, 'tls'],
  [/^(HPE_|UND_ERR_(HEADERS_OVERFLOW|RES_|RESPONSE|INVALID))/, 'not-http'],
]

function failureIn(error: unknown): OutboundFailure {
  // With several addresses the connector fails with one error that holds one for each of them.
  const inner = error instanceof AggregateError ? error.errors : []
  for (const { code } of [error, ...inner] as { code?: unknown }[])
    if (typeof code === 'string') for (const [pattern, failure] of failures) if (pattern.test(code)) return failure
  return 'unknown'
}
