import { hash } from 'node:crypto'
import type { SqlRow, Transaction } from '../platform/mysql/transaction.ts'
import { textOf } from './decide-contacts.ts'
import { cutTo } from './fold-text.ts'
import { lockLeads } from './lead-store.ts'
import { prefixLength, searchTermsOf, type Findable } from './search-terms.ts'
import { readSubmitted } from './submitted-fields.ts'
import type { Tenant } from './tenants.ts'

/** Something that happened to a lead, by what it brought. */
export type Touch = { leadId: Buffer; submissionId: Buffer | null; orderId: string | null }

type Entries = { terms: Map<string, SqlRow>; tags: Map<string, SqlRow> }

/**
 * Writes the terms and tags that leads of one tenant are found by, for what these events brought; what is there already stays as it is, so that repeats do no harm. A submission is filed under the lead
 * that it belongs to now.
 */
export async function indexTouches(tx: Transaction, tenant: Tenant, touches: readonly Touch[]): Promise<void> {
  const entries: Entries = { terms: new Map(), tags: new Map() }
  const submissionIds = touches.map(({ submissionId }) => submissionId).filter((id) => id !== null)
  for (const { leadId, tag, ...findable } of await readSubmitted(tx, tenant.tenantId, 'submission_id', submissionIds))
    addEntries(entries, tenant, leadId, findable, tag)
  const orders = touches.flatMap(({ leadId, orderId }) => (orderId === null ? [] : [{ leadId, orderId }]))
  await addOrders(tx, tenant, orders, entries)
  await writeEntries(tx, entries)
}

/** Brings terms and tags of these leads to what their submissions and orders say now, whatever they were: adds what lacks and removes what is too much. Safe beside the worker: it waits for each lead's lock. */
export async function reindexLeads(tx: Transaction, tenant: Tenant, leadIds: readonly Buffer[]): Promise<void> {
  // Behind the lock, every submission that the worker may have indexed can be read, and none is added.
  const ids = (await lockLeads(tx, tenant.tenantId, leadIds)).map(({ leadId }) => leadId)
  if (ids.length === 0) return
  const entries: Entries = { terms: new Map(), tags: new Map() }
  for (const { leadId, tag, ...findable } of await readSubmitted(tx, tenant.tenantId, 'lead_id', ids))
    addEntries(entries, tenant, leadId, findable, tag)
  await addOrders(tx, tenant, await readOrderNotes(tx, tenant.tenantId, ids), entries)
  await removeOthers(tx, tenant.tenantId, ids, entries)
  await writeEntries(tx, entries)
}

function addEntries({ terms, tags }: Entries, { tenantId, region }: Tenant, leadId: Buffer, findable: Findable, tag: string | null): void {
  for (const term of searchTermsOf(findable, region))
    terms.set(`${term}\0${textOf(leadId)}`, [tenantId, term, leadId, cutTo(prefixLength, term)])
  if (tag !== null) tags.set(`${tag}\0${textOf(leadId)}`, [tenantId, tag, leadId])
}

async function addOrders(
  tx: Transaction,
  tenant: Tenant,
  touches: readonly { leadId: Buffer; orderId: string }[],
  entries: Entries,
): Promise<void> {
  if (touches.length === 0) return
  const hashes = new Map(touches.map(({ orderId }) => [orderId, hash('sha256', orderId, 'buffer')]))
  const rows = await tx.select<{ order_id: string; order_number: string | null }>(
    'SELECT orders.order_id, orders.order_number FROM orders WHERE orders.tenant_id = ? AND orders.order_hash IN (?)',
    [tenant.tenantId, [...hashes.values()]],
  )
  const numbers = new Map(rows.map((row) => [row.order_id, row.order_number]))
  for (const { leadId, orderId } of touches) {
    const orderNumber = numbers.get(orderId) ?? null
    addEntries(entries, tenant, leadId, { name: null, email: null, phone: null, orderNumber }, null)
  }
}

async function readOrderNotes(tx: Transaction, tenantId: number, leadIds: readonly Buffer[]) {
  const rows = await tx.select<{ aggregateid: Buffer; payload: string }>(
    "SELECT lead_events.aggregateid, lead_events.payload FROM lead_events WHERE lead_events.tenant_id = ? AND lead_events.aggregateid IN (?) AND lead_events.type IN ('opened', 'submission_added', 'order_changed')",
    [tenantId, leadIds],
  )
  return rows.flatMap(({ aggregateid, payload }) => {
    const { orderId } = JSON.parse(payload) as { orderId: string | null }
    return orderId === null ? [] : [{ leadId: aggregateid, orderId }]
  })
}

async function removeOthers(tx: Transaction, tenantId: number, leadIds: readonly Buffer[], { terms, tags }: Entries): Promise<void> {
  const there = [
    { table: 'lead_terms', column: 'term', kept: terms },
    { table: 'lead_tags', column: 'tag', kept: tags },
  ]
  for (const { table, column, kept } of there) {
    const rows = await tx.select<{ word: string; lead_id: Buffer }>(
      `SELECT entries.${column} AS word, entries.lead_id FROM ${table} entries WHERE entries.tenant_id = ? AND entries.lead_id IN (?)`,
      [tenantId, leadIds],
    )
    const surplus = new Map<string, { leadId: Buffer; words: string[] }>()
    for (const { word, lead_id: leadId } of rows.filter((row) => !kept.has(`${row.word}\0${textOf(row.lead_id)}`))) {
      const { words } = surplus.get(textOf(leadId)) ?? { words: [] }
      surplus.set(textOf(leadId), { leadId, words: [...words, word] })
    }
    for (const { leadId, words } of surplus.values())
      await tx.execute(`DELETE FROM ${table} WHERE tenant_id = ? AND ${column} IN (?) AND lead_id = ?`, [tenantId, words, leadId])
  }
}

async function writeEntries(tx: Transaction, { terms, tags }: Entries): Promise<void> {
  await tx.insert('lead_terms', ['tenant_id', 'term', 'lead_id', 'p3'], sorted(terms), 'p3 = VALUES(p3)')
  await tx.insert('lead_tags', ['tenant_id', 'tag', 'lead_id'], sorted(tags), 'tag = VALUES(tag)')
}

// One order for all writers, so that none waits for another that waits for it.
const sorted = (rows: ReadonlyMap<string, SqlRow>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
