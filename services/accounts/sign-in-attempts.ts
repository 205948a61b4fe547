import { hash } from 'node:crypto'
import { isIP } from 'node:net'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { accountRule, addressRule, attempt, forgottenAfterMs, type Attempts, type ThrottleRule } from './throttle.ts'

/** What an attempt is counted under. Tenant 0 holds addresses, and accounts of tenants that do not exist. */
export type AttemptKey = { tenantId: number; hash: Buffer; rule: ThrottleRule }

/** `tenantId` is 0 when there is no tenant of this name. */
export function accountKey(tenantId: number, slug: string, email: string): AttemptKey {
  return { tenantId, hash: hash('sha256', `account\0${slug}\0${email}`, 'buffer'), rule: accountRule }
}

/** An IPv6 address counts as its /64: a household has that many to take in turns. */
export function addressKey(address: string): AttemptKey {
  return { tenantId: 0, hash: hash('sha256', `address\0${networkOf(address)}`, 'buffer'), rule: addressRule }
}

/** Counts an attempt as wrong before it is judged; answers how long to wait when it may not be made, and counts nothing then. */
export async function beginAttempt(tx: Transaction, keys: readonly AttemptKey[], now: Date): Promise<{ waitMs: number }> {
  const sorted = keys.toSorted((a, b) => a.tenantId - b.tenantId || Buffer.compare(a.hash, b.hash))
  await tx.insert(
    'sign_in_failures',
    ['tenant_id', 'key_hash', 'failures', 'last_failed_at', 'blocked_until'],
    sorted.map((key) => [key.tenantId, key.hash, 0, now, new Date(0)]),
    'failures = sign_in_failures.failures',
  )
  const judged = []
  for (const key of sorted) judged.push({ key, verdict: attempt(key.rule, await lockAttempts(tx, key), now.getTime()) })
  const waits = judged.map(({ verdict }) => (verdict.allowed ? 0 : verdict.waitMs))
  if (Math.max(...waits) > 0) return { waitMs: Math.max(...waits) }
  for (const { key, verdict } of judged) if (verdict.allowed) await keepAttempts(tx, key, verdict.next)
  return { waitMs: 0 }
}

/** Takes back the attempt that turned out right: the account starts anew, the address loses this one only, or an account of one's own would buy guesses at others. */
export async function forgetAttempt(tx: Transaction, account: AttemptKey, address: AttemptKey | undefined, now: Date): Promise<void> {
  if (address !== undefined)
    await tx.execute(
      'UPDATE sign_in_failures SET failures = failures - 1, blocked_until = ? WHERE tenant_id = ? AND key_hash = ? AND failures > 0',
      [now, address.tenantId, address.hash],
    )
  await tx.execute('DELETE FROM sign_in_failures WHERE tenant_id = ? AND key_hash = ?', [account.tenantId, account.hash])
}

/** Removes what is so old that it counts no more, some rows at a time. */
export async function sweepAttempts(tx: Transaction, tenantId: number, now: Date): Promise<void> {
  await tx.execute('DELETE FROM sign_in_failures WHERE tenant_id = ? AND last_failed_at < ? ORDER BY last_failed_at LIMIT 200', [
    tenantId,
    new Date(now.getTime() - forgottenAfterMs),
  ])
}

async function lockAttempts(tx: Transaction, key: AttemptKey): Promise<Attempts | undefined> {
  const [row] = await tx.select<{ failures: number; last_failed_at: number; blocked_until: number }>(
    'SELECT sign_in_failures.failures, sign_in_failures.last_failed_at, sign_in_failures.blocked_until FROM sign_in_failures WHERE sign_in_failures.tenant_id = ? AND sign_in_failures.key_hash = ? FOR UPDATE',
    [key.tenantId, key.hash],
  )
  return row === undefined ? undefined : { failures: row.failures, lastMs: row.last_failed_at, blockedUntilMs: row.blocked_until }
}

async function keepAttempts(tx: Transaction, key: AttemptKey, { failures, lastMs, blockedUntilMs }: Attempts): Promise<void> {
  await tx.execute('UPDATE sign_in_failures SET failures = ?, last_failed_at = ?, blocked_until = ? WHERE tenant_id = ? AND key_hash = ?', [
    failures,
    new Date(lastMs),
    new Date(blockedUntilMs),
    key.tenantId,
    key.hash,
  ])
}

function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1]
  if (mapped !== undefined || isIP(address) !== 6) return mapped ?? address
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const missing = 8 - groups(head).length - groups(tail).length
  const all = address.includes('::') ? [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)] : groups(head)
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
