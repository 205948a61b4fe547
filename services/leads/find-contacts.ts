import { randomBytes } from 'node:crypto'
import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import { identityScope, type ContactKey } from './contact-keys.ts'
import { decideContacts, textOf, weakKinds, type Decision, type KnownKeys, type Person } from './decide-contacts.ts'

export type { Decision } from './decide-contacts.ts'

/** A person of one event: `eventHash` names it in conflicts, `name` is shown on a new contact. */
export type PersonOfEvent = Person & { eventHash: Buffer; name: string | null }

type KeyRow = { key_hash: Buffer; contact_id: Buffer; claim: Buffer }

const keyColumns = ['tenant_id', 'key_hash', 'kind', 'value', 'strength', 'contact_id', 'claim', 'created_at']
/** The owner of a key that nobody has yet; no such row is ever committed. */
const nobody = Buffer.alloc(16)
const sameRow = 'tenant_id = VALUES(tenant_id)'

/**
 * Finds the contact of each person of one tenant, in order, and makes those that are new. All keys are claimed with one sorted insert:
 * a key that another unit is writing at the same time is waited for there, so that one key never has two contacts. Everything is written before it answers.
 */
export async function findContacts(tx: Transaction, tenantId: number, people: readonly PersonOfEvent[], now: Date): Promise<Decision[]> {
  const claim = randomBytes(16)
  const placeholders = await claimKeys(tx, tenantId, people, claim, now)
  const rows = await readKeys(
    tx,
    tenantId,
    people.flatMap(({ keys }) => keys),
  )
  const known: KnownKeys = { owners: new Map(), scopes: new Map() }
  for (const row of rows) if (!row.claim.equals(claim)) known.owners.set(textOf(row.key_hash), row.contact_id)
  await readScopes(tx, tenantId, people, known)

  const decisions = decideContacts(people, known)
  await giveKeys(tx, tenantId, people, placeholders, known, claim, now)
  await writeContacts(tx, tenantId, people, decisions, now)
  await writeConflicts(tx, tenantId, people, decisions, now)
  return decisions
}

/**
 * Inserts the keys of all people, each with the contact that it would get if no key were known; answers those guesses. Keys of strangers who may stay strangers are claimed too:
 * looked up only, one of them could be given to somebody else before this unit ends.
 */
async function claimKeys(
  tx: Transaction,
  tenantId: number,
  people: readonly PersonOfEvent[],
  claim: Buffer,
  now: Date,
): Promise<Map<string, Buffer>> {
  const placeholders = new Map<string, Buffer>()
  const keys = new Map<string, ContactKey>()
  for (const { keys: own, newContactId } of people) {
    const guess = own.map((key) => placeholders.get(textOf(key.hash))).find((owner) => owner !== undefined) ?? newContactId ?? nobody
    for (const key of own) {
      const text = textOf(key.hash)
      if (!placeholders.has(text)) placeholders.set(text, guess)
      keys.set(text, key)
    }
  }
  const rows = [...keys].map(([text, key]) => keyRow(tenantId, key, placeholders.get(text) ?? nobody, claim, now))
  await tx.insert('contact_keys', keyColumns, sortByHash(rows), sameRow)
  return placeholders
}

async function readKeys(tx: Transaction, tenantId: number, keys: readonly ContactKey[]): Promise<KeyRow[]> {
  const hashes = [...new Map(keys.map((key) => [textOf(key.hash), key.hash])).values()].sort(Buffer.compare)
  if (hashes.length === 0) return []
  return await tx.select<KeyRow>('SELECT key_hash, contact_id, claim FROM contact_keys WHERE tenant_id = ? AND key_hash IN (?)', [
    tenantId,
    hashes,
  ])
}

/** Reads the attested ids of the contacts in play, if somebody brings a new attested id beside a weak key: only such a person can be vetoed. */
async function readScopes(tx: Transaction, tenantId: number, people: readonly PersonOfEvent[], known: KnownKeys): Promise<void> {
  const isNewId = (key: ContactKey) => identityScope(key.kind, key.value) !== undefined && !known.owners.has(textOf(key.hash))
  if (!people.some(({ keys }) => keys.some(isNewId) && keys.some((key) => weakKinds.has(key.kind)))) return
  const owners = new Map([...known.owners.values()].map((owner) => [textOf(owner), owner]))
  if (owners.size === 0) return
  const rows = await tx.select<{ kind: string; value: string; contact_id: Buffer }>(
    "SELECT kind, value, contact_id FROM contact_keys WHERE tenant_id = ? AND contact_id IN (?) AND kind IN ('visitor', 'channel_user')",
    [tenantId, [...owners.values()]],
  )
  for (const row of rows) {
    const scope = identityScope(row.kind, row.value)
    if (scope === undefined) continue
    const contact = textOf(row.contact_id)
    known.scopes.set(contact, (known.scopes.get(contact) ?? new Set()).add(scope))
  }
}

/** Writes the owner of each claimed key that was guessed otherwise, and takes back the keys of strangers who stayed strangers. Rows of others are not touched. */
async function giveKeys(
  tx: Transaction,
  tenantId: number,
  people: readonly PersonOfEvent[],
  placeholders: Map<string, Buffer>,
  known: KnownKeys,
  claim: Buffer,
  now: Date,
): Promise<void> {
  const moved = new Map<string, SqlRow>()
  const unowned = new Map<string, Buffer>()
  for (const key of people.flatMap(({ keys }) => keys)) {
    const text = textOf(key.hash)
    const owner = known.owners.get(text)
    if (owner === undefined) unowned.set(text, key.hash)
    else if (placeholders.get(text)?.equals(owner) !== true) moved.set(text, keyRow(tenantId, key, owner, claim, now))
  }
  await tx.insert(
    'contact_keys',
    keyColumns,
    sortByHash([...moved.values()]),
    'contact_id = IF(claim = VALUES(claim), VALUES(contact_id), contact_id)',
  )
  if (unowned.size > 0) {
    await tx.execute('DELETE FROM contact_keys WHERE tenant_id = ? AND key_hash IN (?) AND claim = ?', [
      tenantId,
      [...unowned.values()],
      claim,
    ])
  }
}

async function writeContacts(
  tx: Transaction,
  tenantId: number,
  people: readonly PersonOfEvent[],
  decisions: Decision[],
  now: Date,
): Promise<void> {
  const rows = people.flatMap(({ name }, index) => {
    const decision = decisions[index]
    return decision?.isNew === true ? [[tenantId, decision.contactId, name?.slice(0, 500) ?? null, now] as SqlRow] : []
  })
  await tx.insert('contacts', ['tenant_id', 'contact_id', 'name', 'created_at'], sortByHash(rows))
}

async function writeConflicts(
  tx: Transaction,
  tenantId: number,
  people: readonly PersonOfEvent[],
  decisions: Decision[],
  now: Date,
): Promise<void> {
  const rows = people.flatMap(({ eventHash }, index) => {
    const decision = decisions[index]
    return (decision?.conflicts ?? []).map(
      ({ key, otherContactId }) =>
        [tenantId, eventHash, key.hash, (decision as { contactId: Buffer }).contactId, otherContactId, now] as SqlRow,
    )
  })
  await tx.insert(
    'key_conflicts',
    ['tenant_id', 'event_hash', 'key_hash', 'contact_id', 'other_contact_id', 'found_at'],
    sortByHash(rows),
    sameRow,
  )
}

const keyRow = (tenantId: number, key: ContactKey, contactId: Buffer, claim: Buffer, now: Date): SqlRow => [
  tenantId,
  key.hash,
  key.kind,
  key.value,
  key.strength,
  contactId,
  claim,
  now,
]
const sortByHash = (rows: SqlRow[]) => rows.sort((a, b) => Buffer.compare(a[1] as Buffer, b[1] as Buffer))
