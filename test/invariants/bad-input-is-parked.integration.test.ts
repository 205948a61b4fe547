import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readTopic } from '../../services/platform/kafka/read-topic.ts'
import { withAdmin } from '../../services/platform/kafka/admin.ts'
import type { KafkaRecord } from '../../services/platform/kafka/consumer.ts'
import { form } from '../support/events.ts'
import { Fleet } from '../support/fleet.ts'
import { terminalRecords } from '../support/totals.ts'
import { createWorld, eventually, silent, type World } from '../support/world.ts'

const topic = 'chat.form-submitted'
const fleetNames = ['chat-form-intake', 'status-relay']
let world: World
let fleet: Fleet
let sent = 0

beforeAll(async () => {
  world = await createWorld(['demo'], 1)
  fleet = new Fleet(world)
  await fleet.start(...fleetNames)
})
afterAll(async () => {
  await fleet.stop(...fleetNames)
  await world.close()
})

/** Produces the value, then a good event; answers the code under which the value was parked, or undefined when it became a lead. */
async function codeOf(value: Buffer | null): Promise<string | undefined> {
  const before = await world.count('dead_letters')
  const good = form({ visitor: { visitor_id: `good-${sent}` } })
  await world.produce([
    { topic: world.topic(topic), key: 'k', value, headers: { note: 'kept' } },
    { topic: world.topic(topic), key: 'k', value: await world.encode(topic, good) },
  ])
  sent += 2
  await eventually(
    'both have their record',
    () => terminalRecords(world),
    (done) => done >= sent,
  )
  expect(await world.count('leads', `visitor_id = '${good.visitor.visitor_id ?? ''}'`)).toBe(1)
  if ((await world.count('dead_letters')) === before) return undefined
  const [row] = await world.tx.select<{ code: string }>('SELECT code FROM dead_letters ORDER BY `offset` DESC LIMIT 1')
  return row?.code
}

const withId = (id: number, body: Buffer) => Buffer.concat([Buffer.from([0]), Buffer.from(Uint32Array.of(id).buffer).reverse(), body])

describe('what cannot be worked on is parked, and the next good event goes through', () => {
  it.each([
    ['no value', null, 'empty-value'],
    ['an empty value', Buffer.alloc(0), 'empty-value'],
    ['three bytes', Buffer.from([0, 1, 2]), 'truncated-header'],
    ['a wrong magic byte', Buffer.from('{"json":true}'), 'bad-magic-byte'],
    ['an unknown schema id', withId(987_654, Buffer.from([1])), 'unknown-schema-id'],
    ['a schema id that no registry gives', withId(0xffffffff, Buffer.from([1])), 'unknown-schema-id'],
  ])('%s', async (_name, value, code) => {
    expect(await codeOf(value)).toBe(code)
  })

  it('truncated Avro', async () => {
    const value = await world.encode(topic, form({ message: 'a text that is cut off in the middle' }))
    expect(await codeOf(value.subarray(0, value.length - 20))).toBe('malformed-avro')
  })

  it('bytes behind the record', async () => {
    expect(await codeOf(Buffer.concat([await world.encode(topic, form()), Buffer.from('more')]))).toBe('malformed-avro')
  })

  it('an array bomb: five bytes that announce a thousand million messages', async () => {
    const value = await world.encode(topic, form())
    // A form without transcript, products and coupon ends with three zero bytes: two empty arrays and a null. The transcript's block count is put in the place of the first.
    const bomb = Buffer.concat([value.subarray(0, value.length - 3), Buffer.from([0x80, 0xa8, 0xd6, 0xb9, 0x07])])
    expect(await codeOf(bomb)).toBe('too-many-items')
  })

  it('a tenant that does not exist', async () => {
    expect(await codeOf(await world.encode(topic, form({ tenant: 'nobody' })))).toBe('unknown-tenant')
  })

  it('an event without an id', async () => {
    expect(await codeOf(await world.encode(topic, form({ event_id: '' })))).toBe('contract-broken')
  })
})

describe('what is only unusual becomes a lead', () => {
  it.each([
    ['everything optional null', form()],
    ['emoji and right-to-left names', form({ visitor: { visitor_id: 'rtl', name: 'محمد 👩🏽‍🚀 ‏שרה' }, message: '🎁'.repeat(1000) })],
    ['a zero byte and quotes', form({ visitor: { name: "Robert'); DROP TABLE leads;--\u0000\\" } })],
    [
      'a transcript of 900 KB',
      form({
        visitor: { visitor_id: 'long' },
        transcript: Array.from({ length: 900 }, () => ({ author: 'VISITOR' as const, text: 'x'.repeat(1000), at: null })),
      }),
    ],
  ])('%s', async (_name, event) => {
    expect(await codeOf(await world.encode(topic, event))).toBeUndefined()
    const [row] = await world.tx.select<{ content: string }>('SELECT content FROM submissions WHERE event_id = ?', [event.event_id])
    expect((JSON.parse(row?.content ?? '{}') as { name: string | null }).name).toBe(event.visitor.name)
  })
})

describe('a dead letter', () => {
  it('is relayed whole to its topic, with Kafka Connect’s headers', async () => {
    const name = world.topic('tributary.dead-letter')
    const letters = await eventually(
      'all relayed',
      () => world.count('dead_letters', 'relay_pending = 1'),
      (left) => left === 0,
    ).then(() => world.count('dead_letters'))
    const records: KafkaRecord[] = []
    const ends = await withAdmin(world.kafka, silent, (admin) => admin.partitionEnds(name))
    await readTopic(
      world.kafka,
      name,
      ends,
      { fromBeginning: true, untilEnd: true, limit: Infinity },
      async ({ record }) => void records.push(record),
      silent,
    )
    expect(new Set(records.map(({ headers }) => String(headers['tributary.dead-letter.id']))).size).toBe(letters)
    const three = records.find(({ value }) => value?.length === 3)
    expect(String(three?.headers['__connect.errors.topic'])).toBe(world.topic(topic))
    expect(String(three?.headers['__connect.errors.exception.class.name'])).toBe('truncated-header')
    expect(String(three?.headers['note'])).toBe('kept')
    expect(String(three?.key)).toBe('k')
  })

  it('of a tenant that was added since becomes a lead when it is replayed', async () => {
    await world.tx.insert(
      'tenants',
      ['tenant_id', 'slug', 'name', 'workflow', 'region', 'created_at'],
      [[99, 'nobody', 'Nobody', 'helpdesk', 'BR', new Date()]],
    )
    const [letter] = await world.tx.select<{ record_value: Buffer; record_key: Buffer }>(
      "SELECT record_value, record_key FROM dead_letters WHERE code = 'unknown-tenant'",
    )
    await world.produce([{ topic: world.topic(topic), key: letter?.record_key ?? null, value: letter?.record_value ?? null }])
    await eventually(
      'the lead',
      () => world.count('leads', 'tenant_id = 99'),
      (leads) => leads === 1,
    )
  })
})
