import { createDecoder } from '../../services/platform/kafka/decode.ts'
import { eventType, type Topic } from '../../services/platform/kafka/event-type.ts'
import { readTopic } from '../../services/platform/kafka/read-topic.ts'
import { withAdmin } from '../../services/platform/kafka/admin.ts'
import type { EventByTopic } from '../../schemas/events.ts'
import type { totalsOf as modelTotalsOf } from './reference/totals.ts'
import { silent, type World } from './world.ts'

const intake = "worker IN ('chat-form-intake', 'broadcast-intake', 'order-intake')"

/** How many input events have their terminal record. */
export async function terminalRecords(world: World): Promise<number> {
  const [row] = await world.tx.select<{ events: number | null }>(`SELECT SUM(events) AS events FROM event_counts WHERE ${intake}`)
  return Number(row?.events ?? 0)
}

/** What the fleet left behind, in the words of the reference model. */
export async function totalsOf(world: World): Promise<ReturnType<typeof modelTotalsOf>> {
  const sum = async (sql: string) => Number((await world.tx.select<{ total: number | null }>(sql))[0]?.total ?? 0)
  const duplicates = await sum(`SELECT SUM(events) AS total FROM event_counts WHERE outcome = 'duplicate' AND ${intake}`)
  return {
    contacts: await world.count('contacts'),
    leads: await world.count('leads'),
    submissions: await world.count('submissions'),
    receipts: await world.count('receipts'),
    orders: await world.count('orders'),
    opened: await world.count('lead_events', "type = 'opened'"),
    submissionAdded: await world.count('lead_events', "type = 'submission_added'"),
    orderChanged: await world.count('lead_events', "type = 'order_changed'"),
    scoreChanged: await world.count('lead_events', "type = 'score_changed'"),
    mails: await world.count('mails', "state = 'sent'"),
    publishedActivity: (await published(world, 'lead.activity')).distinct,
    publishedStatus: (await published(world, 'lead.status')).distinct,
    done:
      (await terminalRecords(world)) -
      duplicates -
      (await sum(`SELECT SUM(events) AS total FROM event_counts WHERE outcome = 'parked' AND ${intake}`)),
    duplicates,
    scoreSum: await sum('SELECT SUM(score) AS total FROM leads'),
  }
}

/** What lies in a published topic: how many different events, how many records, and how many leads see a sequence that is new to them out of order. */
export async function published(
  world: World,
  topic: 'lead.activity' | 'lead.status',
): Promise<{ distinct: number; records: number; outOfOrder: number }> {
  const seen = new Map<string, number>()
  const ids = new Set<string>()
  let records = 0
  let outOfOrder = 0
  await eachEvent(world, topic, (event) => {
    records++
    const last = seen.get(event.lead_id) ?? 0
    if (!ids.has(event.event_id) && event.sequence <= last) outOfOrder++
    seen.set(event.lead_id, Math.max(last, event.sequence))
    ids.add(event.event_id)
  })
  return { distinct: ids.size, records, outOfOrder }
}

/** Reads all events that are in a topic now. */
export async function eachEvent<T extends Topic>(world: World, topic: T, each: (event: EventByTopic[T]) => void): Promise<void> {
  const name = world.topic(topic)
  const ends = await withAdmin(world.kafka, silent, (admin) => admin.partitionEnds(name))
  const decoder = createDecoder(eventType(topic), world.registry)
  await readTopic(
    world.kafka,
    name,
    ends,
    { fromBeginning: true, untilEnd: true, limit: Infinity },
    async ({ record }) => {
      await decoder.prepare([record.value])
      each(decoder.decode(record.value) as EventByTopic[T])
    },
    silent,
  )
}

/** Rules that hold at any time, whatever happened; answers the rows that break one. */
export async function brokenInvariants(world: World): Promise<Record<string, number>> {
  // Joined in the order that is written: after many inserts the engine's statistics are old, and by them it once chose an order that took more than its time limit.
  const rules = {
    'a contact has one active lead at most':
      'SELECT tenant_id FROM leads WHERE active = 1 GROUP BY tenant_id, contact_id HAVING COUNT(*) > 1',
    'sequences have no gap':
      'SELECT aggregateid FROM lead_events GROUP BY tenant_id, aggregateid HAVING MAX(sequence) <> COUNT(*) OR MIN(sequence) <> 1',
    'a lead knows its last sequence':
      'SELECT leads.lead_id FROM leads WHERE leads.sequence <> (SELECT MAX(sequence) FROM lead_events WHERE lead_events.tenant_id = leads.tenant_id AND aggregateid = leads.lead_id)',
    'a score is the sum of its lines':
      'SELECT leads.lead_id FROM leads WHERE leads.score <> (SELECT COALESCE(SUM(points), 0) FROM score_lines WHERE score_lines.tenant_id = leads.tenant_id AND score_lines.lead_id = leads.lead_id)',
    'a submission is in one lead':
      'SELECT submissions.submission_id FROM submissions LEFT JOIN lead_submissions ON lead_submissions.tenant_id = submissions.tenant_id AND lead_submissions.submission_id = submissions.submission_id WHERE lead_submissions.lead_id IS NULL',
    'a lead and its submissions have one contact':
      'SELECT leads.lead_id FROM lead_submissions STRAIGHT_JOIN leads ON leads.tenant_id = lead_submissions.tenant_id AND leads.lead_id = lead_submissions.lead_id STRAIGHT_JOIN submissions ON submissions.tenant_id = lead_submissions.tenant_id AND submissions.submission_id = lead_submissions.submission_id WHERE leads.contact_id <> submissions.contact_id',
    'a key belongs to a contact that exists':
      'SELECT contact_keys.key_hash FROM contact_keys LEFT JOIN contacts ON contacts.tenant_id = contact_keys.tenant_id AND contacts.contact_id = contact_keys.contact_id WHERE contacts.contact_id IS NULL',
  }
  const broken: Record<string, number> = {}
  for (const [rule, sql] of Object.entries(rules)) {
    const rows = await world.tx.select<object>(sql)
    if (rows.length > 0) broken[rule] = rows.length
  }
  return broken
}
