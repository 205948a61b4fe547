import type { Knex } from 'knex'
import { transactionOn, withTransaction } from './transaction.ts'

/**
 * A fair share of `shards` numbered leases for each living owner, kept in the database and compared on its clock, so that hosts need not agree on the time.
 * An owner that stops renewing loses its shards after `seconds`; each change of hands raises the shard's fencing token.
 */
export class ShardLeases {
  private readonly db: Knex
  private readonly name: string
  private readonly shards: number
  private readonly owner: string
  private readonly seconds: number

  constructor(db: Knex, name: string, shards: number, owner: string, seconds: number) {
    this.db = db
    this.name = name
    this.shards = shards
    this.owner = owner
    this.seconds = seconds
  }

  /** Makes the lease rows that do not exist yet. */
  async prepare(): Promise<void> {
    const rows = Array.from({ length: this.shards }, (_, shard) => [this.name, shard, null, 0, new Date(0)] as const)
    await transactionOn(this.db).insert(
      'shard_leases',
      ['lease', 'shard', 'owner', 'fencing_token', 'expires_at'],
      rows,
      'lease = VALUES(lease)',
    )
  }

  /** Renews what is held, takes free shards up to a fair share, gives back what is more; answers the shards held now. Run it well within `seconds`. */
  async hold(): Promise<number[]> {
    return await withTransaction(this.db, 10_000, async (tx) => {
      // Every owner has a row of its own here too, so that one without shards counts when shares are made.
      await tx.execute(
        'INSERT INTO shard_leases (lease, shard, owner, fencing_token, expires_at) VALUES (?, 0, ?, 0, NOW(3) + INTERVAL ? SECOND) ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)',
        [this.memberRow(this.owner), this.owner, this.seconds],
      )
      await tx.execute('DELETE FROM shard_leases WHERE lease LIKE ? AND expires_at < NOW(3)', [this.memberRow('%')])
      const rows = await tx.select<{ shard: number; owner: string | null; expired: number }>(
        'SELECT shard, owner, expires_at < NOW(3) AS expired FROM shard_leases WHERE lease = ? ORDER BY shard FOR UPDATE',
        [this.name],
      )
      const [members] = await tx.select<{ owners: number }>(
        'SELECT COUNT(*) AS owners FROM shard_leases WHERE lease LIKE ? AND expires_at >= NOW(3)',
        [this.memberRow('%')],
      )
      const share = Math.ceil(this.shards / Math.max(1, Number(members?.owners ?? 1)))
      const mine = rows.filter(({ owner, expired }) => owner === this.owner && expired === 0).map(({ shard }) => shard)
      const free = rows.filter(({ owner, expired }) => owner === null || expired === 1).map(({ shard }) => shard)
      const kept = mine.slice(0, share)
      const taken = free.slice(0, Math.max(0, share - kept.length))
      const given = mine.slice(share)
      if (given.length > 0) await tx.execute('UPDATE shard_leases SET owner = NULL WHERE lease = ? AND shard IN (?)', [this.name, given])
      if (taken.length > 0)
        await tx.execute('UPDATE shard_leases SET owner = ?, fencing_token = fencing_token + 1 WHERE lease = ? AND shard IN (?)', [
          this.owner,
          this.name,
          taken,
        ])
      const held = [...kept, ...taken].sort((a, b) => a - b)
      if (held.length > 0)
        await tx.execute('UPDATE shard_leases SET expires_at = NOW(3) + INTERVAL ? SECOND WHERE lease = ? AND shard IN (?)', [
          this.seconds,
          this.name,
          held,
        ])
      return held
    })
  }

  /** Gives everything back, so that the others need not wait for the expiry. */
  async release(): Promise<void> {
    const tx = transactionOn(this.db)
    await tx.execute('UPDATE shard_leases SET owner = NULL WHERE lease = ? AND owner = ?', [this.name, this.owner])
    await tx.execute('DELETE FROM shard_leases WHERE lease = ?', [this.memberRow(this.owner)])
  }

  private memberRow(owner: string): string {
    return `${this.name}:${owner}`
  }
}
