import { uuidOf } from '../../../services/leads/event-identity.ts'
import { form, order } from '../events.ts'
import { makeUser } from '../accounts.ts'
import { work } from '../work.ts'
import type { World } from '../world.ts'
import type { RawAnswer } from './ask-api.ts'
import type { Attempt } from './attacked-api.ts'
import { idNames, isId, type ApiDocument, type Operation, type Schema } from './operations.ts'
import { sampleBody } from './samples.ts'

/** One thing of each kind that a tenant has, by the name of its id in paths; and words that only this tenant may read. */
export type Things = { ids: Record<string, string>; words: string[] }

type Maker = {
  world: World
  tenantId: 1 | 2
  credentials: Record<string, string>
  operations: readonly Operation[]
  document: ApiDocument
  attempt(operation: Operation, credentials: Record<string, string>, attempt: Attempt): Promise<RawAnswer>
}

/**
 * Makes one thing of every kind whose id stands in a path: by the POST whose answer names such an id, so that a new kind of thing is made by itself. Where that takes more than a
 * body, `special` says how. Only for `wanted` operations, and a lead and a user in any case.
 */
export async function ownThings(maker: Maker, wanted: readonly Operation[] = maker.operations): Promise<Things> {
  const { world, tenantId } = maker
  const person = tenantId === 1 ? 'Ourania' : 'Quartermaine'
  const ids: Record<string, string> = {
    userId: (await makeUser(world.db, tenantId, 'agent')).id,
    leadId: await openLead(world, tenantId, person),
  }
  const missing = new Set(wanted.flatMap(idNames).filter((name) => !(name in ids)))
  for (const name of missing) ids[name] = (await special[name]?.(maker, ids)) ?? (await makeByPost(maker, name, ids))
  return { ids, words: [person, ...Object.values(ids)] }
}

let people = 0
async function openLead(world: World, tenantId: number, person: string): Promise<string> {
  const event = form({
    tenant: tenantId === 1 ? 'ours' : 'theirs',
    visitor: {
      visitor_id: `${person}-${++people}`,
      name: `Zebulon ${person}`,
      email: `${person.toLowerCase()}.${people}@canary.example`,
      phone: people === 1 ? '+55 11 90000-7391' : null,
    },
    message: `A message of ${person}`,
  })
  await work(world, 'chat.form-submitted', [event])
  const [row] = await world.tx.select<{ lead_id: Buffer }>(
    'SELECT lead_submissions.lead_id FROM lead_submissions JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id WHERE submissions.tenant_id = ? AND submissions.event_id = ?',
    [tenantId, event.event_id],
  )
  return uuidOf(row?.lead_id ?? Buffer.alloc(16))
}

const special: Record<string, (maker: Maker, ids: Record<string, string>) => Promise<string | undefined>> = {
  tokenId: async (maker, ids) => {
    const answer = await call(maker, 'createToken', ids)
    return (answer.body as { token: { id: string } }).token.id
  },
  deadLetterId: async ({ world, tenantId }) => {
    await work(world, 'order.changed', [order({ tenant: tenantId === 1 ? 'ours' : 'theirs', status: 'UNKNOWN' })])
    const rows = await world.tx.select<{ dead_letter_id: Buffer }>(
      'SELECT dead_letters.dead_letter_id FROM dead_letters WHERE dead_letters.tenant_id = ? ORDER BY dead_letters.`offset` DESC LIMIT 1',
      [tenantId],
    )
    // The turn of a worker alone knows no prefix of topics.
    await world.tx.execute("UPDATE dead_letters SET topic = ? WHERE tenant_id = ? AND topic = 'order.changed'", [
      world.topic('order.changed'),
      tenantId,
    ])
    return uuidOf(rows[0]?.dead_letter_id ?? Buffer.alloc(16))
  },
  // One at a time is published again.
  replayId: async (maker, ids) => {
    const { body } = await call(maker, 'listReplays', ids)
    return (body as { replays: { replayId: string }[] }).replays[0]?.replayId
  },
  webhookId: async (maker, ids) => {
    const answer = await call(maker, 'addWebhook', ids)
    return (answer.body as { webhook: { webhookId: string } }).webhook.webhookId
  },
}

async function makeByPost(maker: Maker, name: string, ids: Record<string, string>): Promise<string> {
  const operation = maker.operations.find(({ method, answers, path }) => {
    const shape = answers['201'] ?? answers['202']
    return (
      method === 'POST' &&
      !path.includes(`{${name}}`) &&
      isId(propertiesOf(maker.document, shape?.['application/json']?.schema ?? {})[name] ?? {})
    )
  })
  if (operation === undefined)
    throw new Error(`no POST answers with a ${name}: teach test/support/api-attack/own-things.ts how one is made`)
  const answer = await call(maker, operation.id, ids)
  return (answer.body as Record<string, string>)[name] ?? ''
}

async function call({ operations, attempt, credentials, document }: Maker, id: string, ids: Record<string, string>): Promise<RawAnswer> {
  const operation = operations.find((candidate) => candidate.id === id)
  if (operation === undefined) throw new Error(`there is no operation ${id}`)
  const answer = await attempt(operation, credentials, { ids, body: sampleBody(operation, document, ids) })
  if (answer.status >= 300) throw new Error(`${id} answered ${answer.status}: ${answer.text}`)
  return answer
}

function propertiesOf({ components }: ApiDocument, { $ref, properties }: Schema): Record<string, Schema> {
  if (typeof $ref === 'string') return propertiesOf({ components } as ApiDocument, components.schemas[$ref.split('/').at(-1) ?? ''] ?? {})
  return (properties ?? {}) as Record<string, Schema>
}
