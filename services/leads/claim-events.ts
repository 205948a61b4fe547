import { randomBytes } from 'node:crypto'
import type { Received } from '../platform/worker/define-worker.ts'
import type { Outcome } from '../platform/worker/outcome.ts'
import type { Transaction } from '../platform/mysql/transaction.ts'
import { checkEnvelope } from './contract.ts'
import { eventHashOf, payloadHashOf } from './event-identity.ts'
import { findTenants, type Tenant } from './tenants.ts'

type Envelope = { event_id: string; tenant: string; occurred_at: number; source: string }

/** An event that counts: of a known tenant, within its contract, seen for the first time. `index` is its place in the unit. */
export type FreshEvent<Event> = { index: number; event: Event; receivedAt: number; tenant: Tenant; eventHash: Buffer }

/** The fresh events of a unit in their order, and the outcome of each of the others by index. */
export type Claimed<Event> = { fresh: FreshEvent<Event>[]; settled: Map<number, Outcome> }

type Candidate<Event> = FreshEvent<Event> & { payloadHash: Buffer; key: string }

/**
 * Tells which events of a unit are new (DESIGN D2). They are claimed with one sorted insert that leaves rows of others as they are, and read back: whoever's token a row
 * carries has the event, also when two partitions bring it at once. The same identity with other content is a conflict, and rejected.
 */
export async function claimEvents<Event extends Envelope>(
  tx: Transaction,
  events: readonly Received<Event>[],
  check: (event: Event) => string | undefined,
  now: Date,
): Promise<Claimed<Event>> {
  const settled = new Map<number, Outcome>()
  const tenants = await findTenants(
    tx,
    events.map(({ event }) => event.tenant),
  )
  const candidates = new Map<string, Candidate<Event>>()
  const repeats: Candidate<Event>[] = []
  for (const [index, { event, receivedAt }] of events.entries()) {
    const tenant = tenants.get(event.tenant)
    if (tenant === undefined) {
      settled.set(index, {
        outcome: 'rejected',
        code: 'unknown-tenant',
        tenantId: 0,
        reason: 'There is no tenant of the name that the event gives. Add it with `npx tributary tenants add`, then replay the event.',
      })
      continue
    }
    const problem = checkEnvelope(event, receivedAt) ?? check(event)
    if (problem !== undefined) {
      settled.set(index, {
        outcome: 'rejected',
        code: 'contract-broken',
        tenantId: tenant.tenantId,
        reason: `The event breaks its contract: ${problem}.`,
      })
      continue
    }
    const eventHash = eventHashOf(event)
    const key = keyOf(tenant.tenantId, eventHash)
    const candidate = { index, event, receivedAt, tenant, eventHash, payloadHash: payloadHashOf(event), key }
    if (candidates.has(key)) repeats.push(candidate)
    else candidates.set(key, candidate)
  }
  if (candidates.size === 0) return { fresh: [], settled }

  const claim = randomBytes(16)
  const rows = await claimRows(tx, [...candidates.values()], claim, now)
  const fresh: FreshEvent<Event>[] = []
  for (const candidate of candidates.values()) {
    const row = rows.get(candidate.key)
    if (row?.claim.equals(claim)) fresh.push(candidate)
    else settled.set(candidate.index, repeatOutcome(candidate, row?.payload_hash))
  }
  for (const repeat of repeats) settled.set(repeat.index, repeatOutcome(repeat, rows.get(repeat.key)?.payload_hash))
  return { fresh, settled }
}

type SeenRow = { event_hash: Buffer; payload_hash: Buffer; claim: Buffer }

async function claimRows(tx: Transaction, candidates: Candidate<Envelope>[], claim: Buffer, now: Date): Promise<Map<string, SeenRow>> {
  const sorted = [...candidates].sort((a, b) => a.tenant.tenantId - b.tenant.tenantId || Buffer.compare(a.eventHash, b.eventHash))
  await tx.insert(
    'seen_events',
    ['tenant_id', 'event_hash', 'payload_hash', 'claim', 'occurred_at', 'seen_at'],
    sorted.map(({ tenant, eventHash, payloadHash, event }) => [
      tenant.tenantId,
      eventHash,
      payloadHash,
      claim,
      new Date(event.occurred_at),
      now,
    ]),
    'tenant_id = VALUES(tenant_id)',
  )
  const rows = new Map<string, SeenRow>()
  for (const tenantId of new Set(sorted.map(({ tenant }) => tenant.tenantId))) {
    const hashes = sorted.filter(({ tenant }) => tenant.tenantId === tenantId).map(({ eventHash }) => eventHash)
    const found = await tx.select<SeenRow>(
      'SELECT event_hash, payload_hash, claim FROM seen_events WHERE tenant_id = ? AND event_hash IN (?)',
      [tenantId, hashes],
    )
    for (const row of found) rows.set(keyOf(tenantId, row.event_hash), row)
  }
  return rows
}

function repeatOutcome({ tenant, payloadHash }: Candidate<Envelope>, seen: Buffer | undefined): Outcome {
  if (seen?.equals(payloadHash)) return { outcome: 'skipped', reason: 'duplicate', tenantId: tenant.tenantId }
  const reason =
    'An event with the same source and event_id but other content was here before. Give each event an event_id of its own; if this one is right, produce it again under a new event_id.'
  return { outcome: 'rejected', code: 'event-conflict', reason, tenantId: tenant.tenantId }
}

const keyOf = (tenantId: number, hash: Buffer) => `${tenantId}:${hash.toString('latin1')}`

/** The outcomes of a unit of `count` events in their order: those settled by the claim, and `done` for the fresh ones. */
export function outcomesInOrder(count: number, settled: ReadonlyMap<number, Outcome>, done: ReadonlyMap<number, Outcome>): Outcome[] {
  return Array.from({ length: count }, (_, index) => {
    const outcome = settled.get(index) ?? done.get(index)
    if (outcome === undefined) throw new Error(`event ${index} of the unit has no outcome`)
    return outcome
  })
}
