import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { delivery, form, order, reply } from '../../support/events.ts'
import { createWorld, type World } from '../../support/world.ts'
import { wordsOf, work } from '../../support/work.ts'

let world: World
beforeAll(async () => {
  world = await createWorld(['demo', 'other'])
})
afterAll(() => world.close())

const visitor = () => `visitor-${randomUUID()}`
const mailbox = () => `${randomUUID()}@example.com`

describe('a chat form', () => {
  it('opens a lead, and the same visitor’s next form joins it', async () => {
    const visitor_id = visitor()
    const result = await work(world, 'chat.form-submitted', [
      form({ visitor: { visitor_id } }),
      form({ visitor: { visitor_id }, form: 'COUPON_REQUEST' }),
    ])
    expect(wordsOf(result)).toEqual(['new_lead', 'follow_up'])
  })

  it('joins across units by phone, however it was typed', async () => {
    await work(world, 'chat.form-submitted', [form({ visitor: { phone: '+55 11 98888-7777' } })])
    expect(wordsOf(await work(world, 'chat.form-submitted', [form({ visitor: { phone: '(11) 98888 7777' } })]))).toEqual(['follow_up'])
  })

  it('without any key is a lead of its own', async () => {
    expect(wordsOf(await work(world, 'chat.form-submitted', [form(), form()]))).toEqual(['new_lead', 'new_lead'])
  })

  it('never joins a person of another tenant', async () => {
    const visitor_id = visitor()
    expect(
      wordsOf(
        await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id } }), form({ tenant: 'other', visitor: { visitor_id } })]),
      ),
    ).toEqual(['new_lead', 'new_lead'])
  })

  it('with a typed email alone does not join somebody who has another visitor id, and the conflict is kept', async () => {
    const email = mailbox()
    const before = await world.count('key_conflicts')
    const result = await work(world, 'chat.form-submitted', [
      form({ visitor: { visitor_id: visitor(), email } }),
      form({ visitor: { visitor_id: visitor(), email } }),
    ])
    expect(wordsOf(result)).toEqual(['new_lead', 'new_lead'])
    expect(await world.count('key_conflicts')).toBe(before + 1)
  })

  it('with a typed email and no id of its own joins the one who has it', async () => {
    const email = mailbox()
    await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id: visitor(), email } })])
    expect(wordsOf(await work(world, 'chat.form-submitted', [form({ visitor: { email: email.toUpperCase() } })]))).toEqual(['follow_up'])
  })

  it('after the person’s lead became final opens a new one, linked to it', async () => {
    const visitor_id = visitor()
    await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id } })])
    const [first] = await world.tx.select<{ lead_id: Buffer }>('SELECT lead_id FROM leads WHERE visitor_id = ?', [visitor_id])
    await world.tx.execute("UPDATE leads SET status = 'closed', active = 0 WHERE visitor_id = ?", [visitor_id])
    expect(wordsOf(await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id } })]))).toEqual(['new_lead'])
    const [next] = await world.tx.select<{ previous_lead_id: Buffer }>(
      'SELECT previous_lead_id FROM leads WHERE visitor_id = ? AND active = 1',
      [visitor_id],
    )
    expect(next?.previous_lead_id).toEqual(first?.lead_id)
  })
})

describe('the same event', () => {
  it('twice in a unit, in another unit and on another partition counts once', async () => {
    const event = form({ visitor: { visitor_id: visitor() } })
    expect(wordsOf(await work(world, 'chat.form-submitted', [event, event]))).toEqual(['new_lead', 'duplicate'])
    expect(wordsOf(await work(world, 'chat.form-submitted', [event]))).toEqual(['duplicate'])
    expect(wordsOf(await work(world, 'chat.form-submitted', [event], { partition: 1 }))).toEqual(['duplicate'])
  })

  it('on two partitions at once counts once, every time', async () => {
    for (let round = 0; round < 10; round++) {
      const events = Array.from({ length: 20 }, () => form({ visitor: { visitor_id: visitor() } }))
      const both = await Promise.all([
        work(world, 'chat.form-submitted', events),
        work(world, 'chat.form-submitted', events.toReversed(), { partition: 1 }),
      ])
      const words = both.flatMap(wordsOf)
      expect(words.filter((word) => word === 'new_lead')).toHaveLength(20)
      expect(words.filter((word) => word === 'duplicate')).toHaveLength(20)
    }
  })

  it('with other content is a conflict, parked', async () => {
    const event = form({ message: 'one' })
    await work(world, 'chat.form-submitted', [event])
    expect(wordsOf(await work(world, 'chat.form-submitted', [{ ...event, message: 'two' }]))).toEqual(['event-conflict'])
  })

  it('id from another source is another event', async () => {
    const event = form()
    expect(wordsOf(await work(world, 'chat.form-submitted', [event, { ...event, source: 'elsewhere' }]))).toEqual(['new_lead', 'new_lead'])
  })
})

describe('one new person on two partitions at once', () => {
  it('is one contact with one active lead', async () => {
    for (let round = 0; round < 10; round++) {
      const [visitor_id, email] = [visitor(), mailbox()]
      await Promise.all(
        [0, 1, 2].map((partition) => work(world, 'chat.form-submitted', [form({ visitor: { visitor_id, email } })], { partition })),
      )
      expect(await world.count('contact_keys', `value = '${visitor_id}'`)).toBe(1)
      expect(await world.count('leads', `visitor_id = '${visitor_id}'`)).toBe(1)
    }
  })
})

describe('a unit that is delivered again', () => {
  it('changes nothing', async () => {
    const events = [form({ visitor: { visitor_id: visitor() } }), form()]
    const at = { partition: 2, offset: 100_000 }
    await work(world, 'chat.form-submitted', events, at)
    const before = [await world.count('leads'), await world.count('lead_events'), await world.count('event_counts')]
    const again = await work(world, 'chat.form-submitted', events, at)
    expect(again.outcomes).toEqual([])
    expect(again.replayed).toBe(2)
    expect([await world.count('leads'), await world.count('lead_events'), await world.count('event_counts')]).toEqual(before)
  })
})

describe('a delivery report', () => {
  it('never opens a lead', async () => {
    const leads = await world.count('leads')
    expect(wordsOf(await work(world, 'broadcast.delivery-reported', [delivery()]))).toEqual(['receipt'])
    expect(await world.count('leads')).toBe(leads)
  })

  it('joins the others of its message to one state, in any order', async () => {
    const reports = (['SENT', 'DELIVERED', 'READ'] as const).map((status, index) => ({
      status,
      occurred_at: Date.UTC(2026, 9, 1, 10 + index),
    }))
    const states = new Set<string>()
    for (const permutation of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const message_id = randomUUID()
      for (const index of permutation) await work(world, 'broadcast.delivery-reported', [delivery({ message_id, ...reports[index] })])
      const [row] = await world.tx.select<object>(
        'SELECT progress, sent_at, delivered_at, read_at, failed_at FROM receipts WHERE message_id = ?',
        [message_id],
      )
      states.add(JSON.stringify(row))
    }
    expect(states.size).toBe(1)
    expect([...states][0]).toContain('"progress":3')
  })

  it('of a failure is final for its attempt, and a later attempt is its own receipt', async () => {
    const message_id = randomUUID()
    await work(world, 'broadcast.delivery-reported', [
      delivery({ message_id, status: 'FAILED', error: { code: '131026', title: 'Undeliverable' } }),
      delivery({ message_id, status: 'SENT' }),
      delivery({ message_id, attempt: 2, status: 'DELIVERED' }),
    ])
    const rows = await world.tx.select<{ attempt: number; progress: number }>(
      'SELECT attempt, progress FROM receipts WHERE message_id = ? ORDER BY attempt',
      [message_id],
    )
    expect(rows.map(({ attempt, progress }) => [attempt, progress])).toEqual([
      [1, 4],
      [2, 2],
    ])
  })

  it('without a recipient, a status or a message id is parked', async () => {
    const bad = [
      delivery({ recipient: { phone: null } }),
      delivery({ status: 'UNKNOWN' }),
      delivery({ message_id: '' }),
      delivery({ attempt: 0 }),
    ]
    expect(wordsOf(await work(world, 'broadcast.delivery-reported', bad))).toEqual(bad.map(() => 'contract-broken'))
  })
})

describe('a reply to a broadcast', () => {
  it('opens a lead, and the person’s chat form joins it by phone', async () => {
    expect(
      wordsOf(
        await work(world, 'broadcast.reply-received', [
          reply({ recipient: { channel_user_id: '5521977776666', phone: '+5521977776666' } }),
        ]),
      ),
    ).toEqual(['new_lead'])
    expect(
      wordsOf(await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id: visitor(), phone: '21 97777-6666' } })])),
    ).toEqual(['follow_up'])
  })
})

describe('an order event', () => {
  it('of a stranger is an order only', async () => {
    const leads = await world.count('leads')
    expect(wordsOf(await work(world, 'order.changed', [order({ order_id: randomUUID(), customer: { email: mailbox() } })]))).toEqual([
      'order',
    ])
    expect(await world.count('leads')).toBe(leads)
  })

  it('of a stranger who wants a refund or cancels opens a lead', async () => {
    const events = (['REFUND_REQUESTED', 'CANCELLED'] as const).map((status) =>
      order({ order_id: randomUUID(), status, customer: { email: mailbox() } }),
    )
    expect(wordsOf(await work(world, 'order.changed', events))).toEqual(['new_lead', 'new_lead'])
  })

  it('shows in the history of the active lead with its order number, and adds no submission', async () => {
    const number = String(Date.now())
    await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id: visitor() }, order_number: `#${number}` })])
    const submissions = await world.count('submissions')
    expect(wordsOf(await work(world, 'order.changed', [order({ order_id: number, order_number: number, status: 'PAID' })]))).toEqual([
      'order',
    ])
    expect(await world.count('submissions')).toBe(submissions)
    expect(await world.count('lead_events', `type = 'order_changed' AND payload LIKE '%"orderId":"${number}"%'`)).toBe(1)
  })

  it('that is older than what is known does not take the order back', async () => {
    const order_id = randomUUID()
    const paid = order({ order_id, status: 'PAID', occurred_at: Date.UTC(2026, 9, 1, 15) })
    const placed = order({ order_id, status: 'PLACED', occurred_at: Date.UTC(2026, 9, 1, 14) })
    await work(world, 'order.changed', [paid])
    await work(world, 'order.changed', [placed])
    const [row] = await world.tx.select<{ status: string }>('SELECT status FROM orders WHERE order_id = ?', [order_id])
    expect(row?.status).toBe('paid')
  })
})
