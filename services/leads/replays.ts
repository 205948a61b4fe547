import type { Transaction } from '../platform/mysql/transaction.ts'
import { Refusal } from './refusal.ts'
import { isRelayBusy, replayStep, type ReplayRange } from './replay-outbox.ts'

export type ReplayState = 'running' | 'done' | 'stopped'

/** A replay on record: who wanted what published again and why, and how far it is. `published` counts rows handed to the relay. Times are milliseconds. */
export type Replay = {
  tenantId: number
  replayId: Buffer
  state: ReplayState
  author: string
  reason: string
  range: ReplayRange
  looked: number
  published: number
  createdAt: number
  settledAt: number | null
}

type Row = {
  tenant_id: number
  replay_id: Buffer
  state: ReplayState
  author: string
  reason: string
  from_at: number | null
  to_at: number | null
  lead_id: Buffer | null
  from_sequence: number | null
  to_sequence: number | null
  at_lead_id: Buffer
  at_sequence: number
  looked_at: number
  published: number
  created_at: number
  settled_at: number | null
}

const columns = [
  'tenant_id',
  'replay_id',
  'state',
  'author',
  'reason',
  'from_at',
  'to_at',
  'lead_id',
  'from_sequence',
  'to_sequence',
  'at_lead_id',
  'at_sequence',
  'looked_at',
  'published',
  'created_at',
  'settled_at',
]
const selected = `SELECT ${columns.map((column) => `replays.${column}`).join(', ')} FROM replays`

/**
 * Writes down a replay; `advanceReplay` does it, step by step. Throws `replay-running` while another one of the tenant is under way: two at once would publish rows of one lead in
 * turns. `replayId` is a new id; leads below `visibleFrom`, the bound of the tenant's plan, are left out.
 */
export async function startReplay(
  tx: Transaction,
  tenantId: number,
  replay: Pick<Replay, 'replayId' | 'author' | 'reason' | 'range'>,
  visibleFrom: Buffer,
  now: Date,
): Promise<Replay> {
  // The tenant's row is the lock: of two that begin at once the second sees the first.
  await tx.select('SELECT tenants.tenant_id FROM tenants WHERE tenants.tenant_id = ? FOR UPDATE', [tenantId])
  const [running] = await tx.select("SELECT replays.replay_id FROM replays WHERE replays.tenant_id = ? AND replays.state = 'running'", [
    tenantId,
  ])
  if (running !== undefined)
    throw new Refusal('replay-running', 'Another replay of this tenant is under way: wait until it is done, or stop it.')
  const { replayId, author, reason, range } = replay
  const [time, lead] = 'leadId' in range ? [undefined, range] : [range, undefined]
  await tx.insert('replays', columns, [
    [
      tenantId,
      replayId,
      'running',
      author,
      reason,
      time === undefined ? null : new Date(time.from),
      time === undefined ? null : new Date(time.to),
      lead?.leadId ?? null,
      lead?.fromSequence ?? null,
      lead?.toSequence ?? null,
      visibleFrom,
      0,
      0,
      0,
      now,
      null,
    ],
  ])
  return { tenantId, state: 'running', ...replay, looked: 0, published: 0, createdAt: now.getTime(), settledAt: null }
}

/**
 * Takes a running replay one step further, in the transaction that notes how far it is: whoever runs it, however often, each row is marked once. Answers 'waiting' while the
 * relay has enough to do, so that what is new never waits behind what is old.
 */
export async function advanceReplay(
  tx: Transaction,
  { tenantId, replayId }: Pick<Replay, 'tenantId' | 'replayId'>,
  now: Date,
): Promise<ReplayState | 'waiting'> {
  const [row] = await tx.select<Row>(`${selected} WHERE replays.tenant_id = ? AND replays.replay_id = ? FOR UPDATE`, [tenantId, replayId])
  if (row === undefined) throw new Error('a replay that was started is not there')
  if (row.state !== 'running') return row.state
  if (await isRelayBusy(tx)) return 'waiting'
  const step = await replayStep(tx, tenantId, rangeOf(row), { leadId: row.at_lead_id, sequence: row.at_sequence })
  const state = step.isOver ? 'done' : 'running'
  await tx.execute(
    'UPDATE replays SET state = ?, at_lead_id = ?, at_sequence = ?, looked_at = looked_at + ?, published = published + ?, settled_at = ? WHERE tenant_id = ? AND replay_id = ?',
    [state, step.place.leadId, step.place.sequence, step.looked, step.marked, step.isOver ? now : null, tenantId, replayId],
  )
  return state
}

/** Stops a running replay; what it has handed to the relay goes out. Throws `replay-not-found`; one that is over stays as it is. */
export async function stopReplay(tx: Transaction, tenantId: number, replayId: Buffer, now: Date): Promise<Replay> {
  await tx.execute("UPDATE replays SET state = 'stopped', settled_at = ? WHERE tenant_id = ? AND replay_id = ? AND state = 'running'", [
    now,
    tenantId,
    replayId,
  ])
  return await findReplay(tx, tenantId, replayId)
}

/** The replay with this id. Throws `replay-not-found`. */
export async function findReplay(tx: Transaction, tenantId: number, replayId: Buffer): Promise<Replay> {
  const [row] = await tx.select<Row>(`${selected} WHERE replays.tenant_id = ? AND replays.replay_id = ?`, [tenantId, replayId])
  if (row === undefined) throw new Refusal('replay-not-found', 'There is no replay with this id.')
  return toReplay(row)
}

/** The tenant's replays, newest first, at most `limit` of them older than `before`. */
export async function listReplays(tx: Transaction, tenantId: number, before: Buffer | undefined, limit: number): Promise<Replay[]> {
  const rows = await tx.select<Row>(
    `${selected} WHERE replays.tenant_id = ? AND replays.replay_id < ? ORDER BY replays.replay_id DESC LIMIT ${Math.trunc(limit)}`,
    [tenantId, before ?? Buffer.alloc(16, 0xff)],
  )
  return rows.map(toReplay)
}

/** Replays of all tenants that are under way. */
export async function runningReplays(tx: Transaction): Promise<Pick<Replay, 'tenantId' | 'replayId'>[]> {
  const rows = await tx.select<Pick<Row, 'tenant_id' | 'replay_id'>>(
    "SELECT replays.tenant_id, replays.replay_id FROM replays WHERE replays.state = 'running'",
  )
  return rows.map((row) => ({ tenantId: row.tenant_id, replayId: row.replay_id }))
}

const toReplay = (row: Row): Replay => ({
  tenantId: row.tenant_id,
  replayId: row.replay_id,
  state: row.state,
  author: row.author,
  reason: row.reason,
  range: rangeOf(row),
  looked: Number(row.looked_at),
  published: Number(row.published),
  createdAt: row.created_at,
  settledAt: row.settled_at,
})

const rangeOf = ({ from_at, to_at, lead_id, from_sequence, to_sequence }: Row): ReplayRange =>
  lead_id === null
    ? { from: from_at ?? 0, to: to_at ?? 0 }
    : { leadId: lead_id, fromSequence: from_sequence ?? 0, toSequence: to_sequence ?? 0 }
