import { Pool } from 'undici'

/** A request of the bench: the `turn`th of its kind. */
export type BenchRequest = { method: 'GET' | 'PUT'; path: string; body?: object }
export type Measured = { name: string; requests: number; perSecond: number; p50Ms: number; p99Ms: number; slowestMs: number }

export type Load = { url: string; token: string; connections: number; seconds: number }

/** Sends requests of one kind over kept connections, each as soon as the one before is answered, for so many seconds after a warm-up of a tenth; throws when one is not answered with 200. */
export async function measureRequests(
  name: string,
  { url, token, connections, seconds }: Load,
  requestOf: (turn: number) => BenchRequest,
): Promise<Measured> {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const times: number[] = []
  let turn = 0
  const startAt = performance.now()
  const countFrom = startAt + seconds * 100
  const endAt = countFrom + seconds * 1000
  const send = async () => {
    while (performance.now() < endAt) {
      const { method, path, body } = requestOf(turn++)
      const sentAt = performance.now()
      const answer = await pool.request({ method, path, headers, body: body === undefined ? null : JSON.stringify(body) })
      const text = await answer.body.text()
      if (answer.statusCode !== 200)
        throw new Error(`${name}: ${method} ${path} was answered with ${answer.statusCode}: ${text.slice(0, 300)}`)
      if (sentAt >= countFrom) times.push(performance.now() - sentAt)
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, send))
  } finally {
    await pool.close()
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => tenths(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN)
  return { name, requests: times.length, perSecond: tenths(times.length / seconds), p50Ms: at(0.5), p99Ms: at(0.99), slowestMs: at(1) }
}

const tenths = (value: number) => Math.round(value * 10) / 10
