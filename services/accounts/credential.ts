import { hash, randomBytes } from 'node:crypto'

/** A secret that opens something of one tenant. The tenant stands in it in the clear, so that it is looked up by (tenant, hash) like everything else. */
export type Credential = { tenantId: number; secret: string }

/** A new secret of 256 random bits for `tenantId`. */
export function newCredential(tenantId: number): Credential {
  return { tenantId, secret: randomBytes(32).toString('base64url') }
}

/** `credential` as text: `12_<43 characters>`. */
export function writeCredential({ tenantId, secret }: Credential): string {
  return `${tenantId}_${secret}`
}

/** The credential in `text`; undefined when it has not the form of one. */
export function readCredential(text: string): Credential | undefined {
  const [, tenantId, secret] = /^([1-9]\d{0,9})_([A-Za-z0-9_-]{43})$/.exec(text) ?? []
  if (tenantId === undefined || secret === undefined || Number(tenantId) > 4_294_967_295) return undefined
  return { tenantId: Number(tenantId), secret }
}

/** What the database keeps of a secret: SHA-256 without salt or work, which is enough for 256 random bits. 32 bytes. */
export function hashOfSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}
