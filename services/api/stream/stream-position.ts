import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** How far a reader of lead.activity is: the next offset by partition. */
export type StreamPosition = readonly number[]

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 8
const offsetBytes = 6
const mostPartitions = 1024

/**
 * The event id under which a position leaves: sealed for its tenant with the key that all api processes share. Offsets count the events of every tenant, and those of leads that a
 * plan hides; in the open they would tell how much happens there.
 */
export function sealPosition(key: Buffer, tenantId: number, position: StreamPosition): string {
  const plain = Buffer.alloc(position.length * offsetBytes)
  for (const [partition, offset] of position.entries()) plain.writeUIntBE(offset, partition * offsetBytes, offsetBytes)
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(tenantBytes(tenantId))
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** The position in an event id; undefined when the id was not sealed by `sealPosition` with this key for this tenant. */
export function openPosition(key: Buffer, tenantId: number, id: string): StreamPosition | undefined {
  const bytes = Buffer.from(id.slice(0, 2 * (ivBytes + tagBytes + mostPartitions * offsetBytes)), 'base64url')
  const sealed = bytes.subarray(ivBytes, bytes.length - tagBytes)
  if (bytes.length < ivBytes + tagBytes || sealed.length % offsetBytes !== 0) return undefined
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(tenantBytes(tenantId))
    .setAuthTag(bytes.subarray(bytes.length - tagBytes))
  try {
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()])
    return Array.from({ length: plain.length / offsetBytes }, (_, partition) => plain.readUIntBE(partition * offsetBytes, offsetBytes))
  } catch {
    return undefined
  }
}

function tenantBytes(tenantId: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(tenantId)
  return bytes
}
