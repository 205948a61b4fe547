import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { transactionOn } from './transaction.ts'

/** 32 random bytes of this name that all processes of the fleet share. The first that asks makes them; they are read once by each process. */
export function sharedSecret(db: Knex, name: string, clock: () => Date): () => Promise<Buffer> {
  let known: Buffer | undefined
  return async () => (known ??= await readSecret(db, name, clock()))
}

async function readSecret(db: Knex, name: string, now: Date): Promise<Buffer> {
  const tx = transactionOn(db)
  await tx.insert('shared_secrets', ['name', 'secret', 'made_at'], [[name, randomBytes(32), now]], 'name = VALUES(name)')
  const [row] = await tx.select<{ secret: Buffer }>('SELECT shared_secrets.secret FROM shared_secrets WHERE shared_secrets.name = ?', [
    name,
  ])
  if (row === undefined) throw new Error(`the secret ${name} is not there after it was made`)
  return row.secret
}
