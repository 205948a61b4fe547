import { identityScope, type ContactKey } from './contact-keys.ts'

/** Somebody whom an event is about. `newContactId` is the id of the contact to be made when no key is known; undefined when a stranger stays a stranger. */
export type Person = { keys: readonly ContactKey[]; newContactId: Buffer | undefined }

export type KeyConflict = { key: ContactKey; otherContactId: Buffer }

/** Who the person is: undefined for a stranger that stays one. `decidedBy` is the key that was known; undefined for a new contact. */
export type Decision = { contactId: Buffer; isNew: boolean; decidedBy: ContactKey | undefined; conflicts: KeyConflict[] } | undefined

/** The keys and attested ids that are known; deciding adds to it. `scopes` holds, per contact, the scopes in which it has an attested id. */
export type KnownKeys = { owners: Map<string, Buffer>; scopes: Map<string, Set<string>> }

/** Keys by which a stranger could pass for somebody: they do not join across different attested ids (DESIGN D13). */
export const weakKinds: ReadonlySet<string> = new Set(['email', 'order_number'])

/** Text form of a contact id or key hash, for maps. */
export const textOf = (bytes: Buffer) => bytes.toString('latin1')

/**
 * Decides, for people of one tenant in their order, which contact each one is: that of the strongest known key. A known email or order number is passed over
 * when the person brings an attested id that is new and the owner already has another one of that scope. Unknown keys go to the contact decided;
 * keys of others stay theirs and are conflicts. Pure, but for adding to `known`.
 */
export function decideContacts(people: readonly Person[], known: KnownKeys): Decision[] {
  return people.map((person) => {
    const decidedBy = person.keys.find((key) => known.owners.has(textOf(key.hash)) && !isVetoed(person, key, known))
    const contactId = (decidedBy && known.owners.get(textOf(decidedBy.hash))) ?? person.newContactId
    if (contactId === undefined) return undefined
    const conflicts: KeyConflict[] = []
    for (const key of person.keys) {
      const owner = known.owners.get(textOf(key.hash))
      if (owner === undefined) giveKey(key, contactId, known)
      else if (!owner.equals(contactId)) conflicts.push({ key, otherContactId: owner })
    }
    return { contactId, isNew: decidedBy === undefined, decidedBy, conflicts }
  })
}

function isVetoed(person: Person, key: ContactKey, known: KnownKeys): boolean {
  if (!weakKinds.has(key.kind)) return false
  const owner = known.owners.get(textOf(key.hash))
  const scopes = owner && known.scopes.get(textOf(owner))
  return person.keys.some((id) => {
    const scope = identityScope(id.kind, id.value)
    return scope !== undefined && !known.owners.has(textOf(id.hash)) && scopes?.has(scope) === true
  })
}

function giveKey(key: ContactKey, contactId: Buffer, known: KnownKeys): void {
  known.owners.set(textOf(key.hash), contactId)
  const scope = identityScope(key.kind, key.value)
  if (scope === undefined) return
  const contact = textOf(contactId)
  known.scopes.set(contact, (known.scopes.get(contact) ?? new Set()).add(scope))
}
