import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { EventByTopic } from '../../schemas/events.ts'
import { contactKeysOf } from '../../services/leads/contact-keys.ts'
import type { SubmissionContent } from '../../services/leads/submission.ts'
import { failureOf } from '../../services/platform/errors.ts'
import { form, order, reply } from '../support/events.ts'
import { Random } from '../support/random.ts'
import { brokenInvariants, terminalRecords } from '../support/totals.ts'
import { work } from '../support/work.ts'
import { createWorld, type World } from '../support/world.ts'

type Lane = { topic: 'chat.form-submitted' | 'broadcast.reply-received' | 'order.changed'; partition: number; events: object[] }

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
let world: World
beforeAll(async () => {
  process.stderr.write(`people are made from SEED=${seed}\n`)
  world = await createWorld(['demo'])
})
afterAll(() => world.close())

/** Events of people who share addresses, numbers and devices in every way, spread over partitions without any order. */
function tangledLanes(random: Random): Lane[] {
  const some = (kind: string, most: number) => (random.chance(0.5) ? `${kind}${random.int(1, most)}` : null)
  const phone = () => (random.chance(0.4) ? `+55119${10_000_000 + random.int(1, 15)}` : null)
  const email = () => (random.chance(0.5) ? `p${random.int(1, 12)}@example.com` : null)
  const lanes: Lane[] = (['chat.form-submitted', 'broadcast.reply-received', 'order.changed'] as const).flatMap((topic) =>
    [0, 1, 2].map((partition) => ({ topic, partition, events: [] })),
  )
  for (let index = 0; index < 900; index++) {
    const lane = random.pick(lanes)
    const visitor_id = some('v', 25)
    if (lane.topic === 'chat.form-submitted')
      lane.events.push(form({ visitor: { visitor_id, email: email(), phone: phone() }, order_number: some('#', 10) }))
    else if (lane.topic === 'broadcast.reply-received')
      lane.events.push(reply({ recipient: { channel_user_id: `w${random.int(1, 20)}`, phone: phone(), email: email() } }))
    else
      lane.events.push(
        order({
          order_id: `o${random.int(1, 40)}`,
          order_number: some('#', 10),
          status: random.pick(['PLACED', 'PAID', 'REFUND_REQUESTED', 'CANCELLED', 'QUESTION_RESOLVED']),
          customer: { visitor_id, email: email(), phone: phone() },
        }),
      )
  }
  return lanes
}

/** Works a lane off in units of any size; a deadlock runs the unit again, as the worker does. Answers how often that was needed. */
async function workOff({ topic, partition, events }: Lane, random: Random): Promise<number> {
  let retries = 0
  for (let from = 0; from < events.length;) {
    const unit = events.slice(from, from + random.int(1, 40))
    try {
      await work(world, topic, unit as EventByTopic[typeof topic][], { partition, offset: from })
      from += unit.length
    } catch (error) {
      if (failureOf(error) !== 'transient') throw error
      retries++
    }
  }
  return retries
}

describe('people who share keys in every way, worked off on nine partitions at once', () => {
  it('leave one terminal record per event and break no rule', async () => {
    const random = new Random(seed)
    const lanes = tangledLanes(random)
    await Promise.all(lanes.map((lane) => workOff(lane, random)))
    expect(await terminalRecords(world)).toBe(900)
    expect(await world.count('dead_letters')).toBe(0)
    expect(await brokenInvariants(world)).toEqual({})
  })

  it('leave every submission with a contact that holds its strongest key', async () => {
    const submissions = await world.tx.select<{ contact_id: Buffer; content: string; topic: string }>(
      'SELECT contact_id, content, topic FROM submissions',
    )
    const owners = new Map(
      (await world.tx.select<{ kind: string; value: string; contact_id: Buffer }>('SELECT kind, value, contact_id FROM contact_keys')).map(
        (key) => [`${key.kind} ${key.value}`, key.contact_id.toString('hex')],
      ),
    )
    let looked = 0
    for (const { contact_id, content, topic } of submissions) {
      // A reply's strongest key, the channel user, is not part of the content: its contact is checked by the key conflicts below.
      if (topic === 'broadcast.reply-received') continue
      const [strongest] = contactKeysOf(JSON.parse(content) as SubmissionContent, 'BR')
      if (strongest === undefined) continue
      looked++
      expect(owners.get(`${strongest.kind} ${strongest.value}`)).toBe(contact_id.toString('hex'))
    }
    expect(looked).toBeGreaterThan(100)
  })

  it('note every key that stayed with somebody else', async () => {
    const [row] = await world.tx.select<{ wrong: number }>(
      'SELECT COUNT(*) AS wrong FROM key_conflicts JOIN contact_keys ON contact_keys.tenant_id = key_conflicts.tenant_id AND contact_keys.key_hash = key_conflicts.key_hash WHERE contact_keys.contact_id <> key_conflicts.other_contact_id OR key_conflicts.contact_id = key_conflicts.other_contact_id',
    )
    expect(Number(row?.wrong)).toBe(0)
    expect(await world.count('key_conflicts')).toBeGreaterThan(10)
  })
})
