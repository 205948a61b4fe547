import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../accounts/principal.ts'
import type { Tenant } from '../leads/tenants.ts'
import { codeOf } from '../platform/errors.ts'
import { withTransaction, type Transaction } from '../platform/mysql/transaction.ts'
import type { ApiParts } from './api-parts.ts'
import { caller } from './authenticate.ts'
import { Problem } from './problem.ts'

const deadlineMs = 10_000
const mostTries = 6

/** Reads in one transaction. */
export async function reading<Result>({ db }: ApiParts, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  return await withTransaction(db, deadlineMs, work)
}

export type Write = { tx: Transaction; tenant: Tenant; principal: Principal; now: Date }

/**
 * Writes in one transaction, again where the database broke a deadlock. With the header Idempotency-Key the answer is kept in the same transaction: the same request again has no
 * further effect and gets the same answer, as long as the key is kept (a day); another request under the same key is refused.
 */
export async function writing<Result>(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ApiParts,
  work: (write: Write) => Promise<Result>,
): Promise<Result> {
  const { principal, tenant } = caller(request)
  const key = idempotencyKey(request, principal)
  return await retried(() =>
    withTransaction(parts.db, deadlineMs, async (tx) => {
      const write = { tx, tenant, principal, now: parts.clock() }
      if (key === undefined) return await work(write)
      const kept = await claimKey(tx, tenant.tenantId, key, write.now)
      if (kept !== undefined) {
        void reply.code(kept.status).header('idempotency-replayed', 'true')
        return JSON.parse(kept.response) as Result
      }
      const result = await work(write)
      await tx.execute('UPDATE idempotency_keys SET status = ?, response = ? WHERE tenant_id = ? AND key_hash = ?', [
        reply.statusCode,
        JSON.stringify(result ?? null),
        tenant.tenantId,
        key.keyHash,
      ])
      return result
    }),
  )
}

/** Runs `work` again, a few times, while the database says that it broke a deadlock or a lock wait. */
export async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries >= mostTries || !['database-deadlock', 'database-lock-timeout'].includes(codeOf(error))) throw error
      await pause(Math.random() * 20 * 2 ** tries)
    }
  }
}

type Key = { keyHash: Buffer; requestHash: Buffer }

function idempotencyKey({ headers, method, url, body }: FastifyRequest, { actor }: Principal): Key | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
    throw new Problem(400, 'idempotency-key-invalid', 'Idempotency-Key is 1 to 255 visible ASCII characters, for example a UUID.')
  return { keyHash: hashOf([actor, key]), requestHash: hashOf([method, url, JSON.stringify(body ?? null)]) }
}

/** Claims the key for this transaction: another one with the same key waits here. Answers what the first request was answered, if it was. */
async function claimKey(tx: Transaction, tenantId: number, { keyHash, requestHash }: Key, now: Date) {
  await tx.insert(
    'idempotency_keys',
    ['tenant_id', 'key_hash', 'request_hash', 'status', 'response', 'created_at'],
    [[tenantId, keyHash, requestHash, 0, '', now]],
    'tenant_id = VALUES(tenant_id)',
  )
  const [row] = await tx.select<{ request_hash: Buffer; status: number; response: string }>(
    'SELECT idempotency_keys.request_hash, idempotency_keys.status, idempotency_keys.response FROM idempotency_keys WHERE idempotency_keys.tenant_id = ? AND idempotency_keys.key_hash = ?',
    [tenantId, keyHash],
  )
  if (row === undefined || row.status === 0) return undefined
  if (!row.request_hash.equals(requestHash))
    throw new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key stood on another request: give each request a key of its own.')
  return row
}

const hashOf = (words: readonly string[]) => createHash('sha256').update(words.join('\0')).digest()
