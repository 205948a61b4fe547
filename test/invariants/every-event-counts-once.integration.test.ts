import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { withAdmin } from '../../services/platform/kafka/admin.ts'
import { connectDatabase } from '../../services/platform/mysql/connection.ts'
import { transactionOn, type Transaction } from '../../services/platform/mysql/transaction.ts'
import { listTenants } from '../../services/leads/tenants.ts'
import { Fleet } from '../support/fleet.ts'
import type { GeneratedRecord as Placed } from '../support/reference/generated-record.ts'
import { generateEvents } from '../support/reference/generate-events.ts'
import { ReferenceModel } from '../support/reference/reference-model.ts'
import { rejectedOf, totalsOf as modelTotalsOf } from '../support/reference/totals.ts'
import { brokenInvariants, published, terminalRecords, totalsOf } from '../support/totals.ts'
import { createDatabase, createWorld, eventually, mailTo, silent, testStack, type World } from '../support/world.ts'

const count = 20_000
const partitions = 3
const slugs = ['one', 'two', 'three']
const intake = ['chat-form-intake', 'broadcast-intake', 'order-intake']
const outward = ['status-relay', 'lead-scorer', 'lead-mailer']
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))

let world: World
let events: Placed[]
let expected: ReturnType<typeof modelTotalsOf>
let rejected: Record<string, number>
let firstRun: string[]

beforeAll(async () => {
  process.stderr.write(`events are made from SEED=${seed}\n`)
  const tenants = slugs.map((slug) => ({ slug, region: 'BR' as const, mailTo: mailTo(slug) }))
  events = generateEvents({ seed, count, partitions, tenants, duplicateShare: 0.05, conflictShare: 0.002, badShare: 0.002 })
  const model = new ReferenceModel(tenants).applyInOrder(events, { recordTimestamp: Date.now() })
  expected = modelTotalsOf(model)
  rejected = rejectedOf(model)
  world = await createWorld(slugs, partitions)
  for (let from = 0; from < events.length; from += 1000) {
    const chunk = events.slice(from, from + 1000)
    await world.produce(
      await Promise.all(
        chunk.map(async ({ topic, partition, key, event }) => ({
          topic: world.topic(topic),
          partition,
          key,
          value: await world.encode(topic, event as never),
        })),
      ),
    )
  }
})
afterAll(() => world.close())

describe(`${count} events over four topics, with duplicates, also across partitions`, () => {
  it('have one terminal record each, though every intake worker is killed again and again', async () => {
    const fleet = new Fleet(world)
    await fleet.start(...intake)
    for (const share of [0.05, 0.4, 0.75]) {
      await eventually(
        'progress',
        () => terminalRecords(world),
        (done) => done >= events.length * share,
      )
      await fleet.killAndRestart(...intake)
    }
    await eventually(
      'all events worked off',
      () => terminalRecords(world),
      (done) => done >= events.length,
    )
    expect(await fleet.stop(...intake)).toEqual({ 'chat-form-intake': 0, 'broadcast-intake': 0, 'order-intake': 0 })
    expect(await recordsByPartition(world)).toEqual(lanesOf(events))
    expect(await deadLettersByCode(world)).toEqual(rejected)
    firstRun = await orderedSnapshot(world.tx, events)
  })

  it('are scored, mailed and published exactly as the reference model says, though relay, scorer and mailer are killed too', async () => {
    const fleet = new Fleet(world)
    await fleet.start(...outward)
    for (const share of [0.1, 0.5]) {
      await eventually(
        'mails',
        () => world.count('mails', "state = 'sent'"),
        (sent) => sent >= expected.mails * share,
      )
      await fleet.killAndRestart(...outward)
    }
    await eventually(
      'everything at rest',
      () => unfinished(world),
      (rest) => rest === 0,
      200_000,
    )
    await fleet.stop(...outward)
    expect(await totalsOf(world)).toEqual(expected)
    expect(await brokenInvariants(world)).toEqual({})
    expect((await published(world, 'lead.activity')).outOfOrder).toBe(0)
    expect((await published(world, 'lead.status')).outOfOrder).toBe(0)
  })

  it('reach each recipient once: no mail twice but for those that were under way when a mailer was killed', async () => {
    const mails = (await (await fetch(`${testStack().mailPage}api/messages`)).json()) as { messageId: string; to: string }[]
    const ours = mails
      .filter(({ to }) => ['team@one.example', 'team@two.example', 'team@three.example'].includes(to))
      .map(({ messageId }) => messageId)
    expect(new Set(ours).size).toBe(expected.mails)
    // Two kills, each with four lanes open at most.
    expect(ours.length - new Set(ours).size).toBeLessThanOrEqual(8)
  })

  it('read again from the beginning change nothing', async () => {
    for (const worker of intake)
      await world.tx.execute('DELETE FROM consumer_cursor WHERE group_id = ?', [world.kafka.KAFKA_PREFIX + worker])
    const fleet = new Fleet(world)
    await fleet.start(...intake)
    await eventually(
      'all read again',
      () => terminalRecords(world),
      (done) => done >= 2 * events.length,
    )
    await fleet.stop(...intake)
    const { duplicates, done, ...rest } = await totalsOf(world)
    const { duplicates: before, done: once, ...same } = expected
    expect(rest).toEqual(same)
    // What counted the first time is a duplicate now; what was parked is parked again.
    expect([duplicates, done]).toEqual([2 * before + once, once])
  })

  it('read into an empty database give the same leads, ids and sequences wherever a person’s events keep their order', async () => {
    const url = await createDatabase(`tributary_test_${randomUUID().slice(0, 8)}`)
    const db = connectDatabase(url, 2)
    const tx = transactionOn(db)
    for (const tenant of await listTenants(world.tx)) {
      await tx.insert(
        'tenants',
        ['tenant_id', 'slug', 'name', 'workflow', 'region', 'timezone', 'created_at'],
        [[tenant.tenantId, tenant.slug, tenant.name, tenant.workflow, tenant.region, tenant.timezone, new Date()]],
      )
    }
    const fleet = new Fleet(world, { MYSQL_URL: url })
    await fleet.start(...intake)
    await eventually(
      'all worked off',
      async () => Number((await tx.select<{ events: number | null }>('SELECT SUM(events) AS events FROM event_counts'))[0]?.events ?? 0),
      (done) => done >= events.length,
    )
    await fleet.stop(...intake)
    expect(await orderedSnapshot(tx, events)).toEqual(firstRun)
    await db.destroy()
  })
})

/** What is not yet at rest: unpublished history, unread activity, unsent mails. */
async function unfinished(at: World): Promise<number> {
  const ends = await withAdmin(at.kafka, silent, (admin) => admin.partitionEnds(at.topic('lead.activity')))
  const end = ends.reduce((sum, { high }) => sum + high, 0)
  const cursors = await at.tx.select<{ next_offset: number }>(
    'SELECT SUM(next_offset) AS next_offset FROM consumer_cursor WHERE topic = ? GROUP BY group_id',
    [at.topic('lead.activity')],
  )
  const unread = cursors.length < 2 ? end : cursors.reduce((sum, { next_offset }) => sum + end - Number(next_offset), 0)
  return unread + (await at.count('lead_events', 'pending_shard IS NOT NULL')) + (await at.count('mails', 'due_at IS NOT NULL'))
}

async function deadLettersByCode(at: World): Promise<Record<string, number>> {
  const rows = await at.tx.select<{ code: string; letters: number }>('SELECT code, COUNT(*) AS letters FROM dead_letters GROUP BY code')
  return Object.fromEntries(rows.map(({ code, letters }) => [code, Number(letters)]))
}

async function recordsByPartition(at: World): Promise<Record<string, number>> {
  const rows = await at.tx.select<{ topic: string; partition: number; events: number }>(
    'SELECT topic, `partition` AS `partition`, SUM(events) AS events FROM event_counts GROUP BY topic, `partition`',
  )
  return Object.fromEntries(
    rows.map(({ topic, partition, events: found }) => [`${topic.slice(at.kafka.KAFKA_PREFIX.length)}/${partition}`, Number(found)]),
  )
}

function lanesOf(all: readonly Placed[]): Record<string, number> {
  const lanes: Record<string, number> = {}
  for (const { topic, partition } of all) lanes[`${topic}/${partition}`] = (lanes[`${topic}/${partition}`] ?? 0) + 1
  return lanes
}

/** Submission, lead and history row, ids and sequences, of every event whose person is on one partition. */
async function orderedSnapshot(tx: Transaction, all: readonly Placed[]): Promise<string[]> {
  const ordered = new Set(all.filter(({ isOrdered }) => isOrdered).map(({ event }) => event.event_id))
  const rows = await tx.select<{ event_id: string; submission: string; lead: string; sequence: number; id: string }>(
    `SELECT submissions.event_id, HEX(submissions.submission_id) AS submission, HEX(lead_submissions.lead_id) AS \`lead\`, lead_events.sequence, HEX(lead_events.id) AS id
     FROM submissions STRAIGHT_JOIN lead_submissions ON lead_submissions.tenant_id = submissions.tenant_id AND lead_submissions.submission_id = submissions.submission_id
     STRAIGHT_JOIN lead_events ON lead_events.tenant_id = submissions.tenant_id AND lead_events.aggregateid = lead_submissions.lead_id AND lead_events.occurred_at = submissions.occurred_at AND lead_events.type IN ('opened', 'submission_added')
     ORDER BY submissions.event_id, lead_events.sequence`,
  )
  return rows.filter(({ event_id }) => ordered.has(event_id)).map((row) => JSON.stringify(row))
}
