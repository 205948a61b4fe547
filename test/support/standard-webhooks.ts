import { createHash } from 'node:crypto'

/**
 * The receiver's half of Standard Webhooks 1.0.0, from the text of the specification and of RFC 2104, sharing nothing with the sender: HMAC is written out, header names are looked up in any
 * case, signatures of other versions are passed over, five minutes to either side are allowed.
 */
export function verifyStandardWebhook(
  headers: Record<string, string | string[] | undefined>,
  body: string | Buffer,
  secret: string,
  now: Date,
): string {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => lower.get(name))
  if (id === undefined || timestamp === undefined || signatures === undefined) return 'a header is missing'
  if (!/^\d+$/.test(timestamp)) return 'the timestamp is no whole number'
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > 300) return 'too old or too new'
  if (!secret.startsWith('whsec_')) return 'the secret is no whsec_'
  const key = Buffer.from(secret.slice(6), 'base64')
  if (key.length < 24 || key.length > 64) return 'the secret has not 24 to 64 bytes'
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)])
  const expected = hmacSha256(key, signed).toString('base64')
  const matches = signatures.split(' ').some((entry) => entry.split(',')[0] === 'v1' && entry.slice(3) === expected)
  return matches ? 'valid' : 'no signature matches'
}

function hmacSha256(key: Buffer, message: Buffer): Buffer {
  const block = Buffer.alloc(64)
  ;(key.length > 64 ? sha256(key) : key).copy(block)
  const inner = sha256(Buffer.concat([block.map((byte) => byte ^ 0x36), message]))
  return sha256(Buffer.concat([block.map((byte) => byte ^ 0x5c), inner]))
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
