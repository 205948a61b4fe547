import type { ContactKey } from './contact-keys.ts'

/** A person: the keys that belong to it, and which kinds of attested ids are among them. */
export type Contact = { tenant: string; contactId: string; keys: Map<string, ContactKey>; attested: Set<string> }

/** Who is who, per tenant. Nobody is ever merged. */
export class ContactBook {
  readonly contacts: Contact[] = []
  private readonly owners = new Map<string, Contact>()

  ownerOf(tenant: string, key: ContactKey): Contact | undefined {
    return this.owners.get(nameOf(tenant, key))
  }

  /** The contact that the strongest known key decides on, unless that key is vetoed; undefined for a stranger. */
  decide(tenant: string, keys: readonly ContactKey[]): Contact | undefined {
    const newIds = keys.flatMap((key) => (key.attestedAs !== null && !this.ownerOf(tenant, key) ? [key.attestedAs] : []))
    for (const key of keys) {
      const owner = this.ownerOf(tenant, key)
      if (!owner) continue
      const isWeak = key.kind === 'email' || key.kind === 'order_number'
      if (isWeak && newIds.some((kind) => owner.attested.has(kind))) continue
      return owner
    }
    return undefined
  }

  create(tenant: string, contactId: string): Contact {
    const contact = { tenant, contactId, keys: new Map<string, ContactKey>(), attested: new Set<string>() }
    this.contacts.push(contact)
    return contact
  }

  /** Gives the unknown keys to the contact; answers the others' keys with their owners. */
  claim(contact: Contact, keys: readonly ContactKey[]): { key: ContactKey; owner: Contact }[] {
    return keys.flatMap((key) => {
      const name = nameOf(contact.tenant, key)
      const owner = this.owners.get(name)
      if (owner) return owner === contact ? [] : [{ key, owner }]
      this.owners.set(name, contact)
      contact.keys.set(name, key)
      if (key.attestedAs !== null) contact.attested.add(key.attestedAs)
      return []
    })
  }
}

const nameOf = (tenant: string, { kind, value }: ContactKey) => JSON.stringify([tenant, kind, value])
