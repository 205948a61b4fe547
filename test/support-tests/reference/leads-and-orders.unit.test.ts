import { describe, expect, it } from '@jest/globals'
import { after, at, form, order, receipt, reply } from './histories.ts'
import { totalsOf } from '../../support/reference/totals.ts'

const kindsAfter = (...history: Parameters<typeof after>) =>
  after(...history).leads.map(({ leadEvents }) => leadEvents.map(({ kind }) => kind).filter((kind) => kind !== 'score_changed'))
const email = 'ana@x.example'

describe('a lead', () => {
  it('is opened by the first submission and joined by all others of that person', () => {
    const history = [form('1', { email }), reply('2', { email }), order('3', 'REFUND_REQUESTED', { email })]
    expect(kindsAfter(...history)).toEqual([['opened', 'submission_added', 'submission_added']])
    expect(after(...history).leads[0]).toMatchObject({ leadId: '["loja","test","1"]', active: true })
  })

  it('numbers its events from 1 without gaps', () => {
    const [lead] = after(form('1', { email }), form('2', { email }), order('3', 'PAID', { email })).leads
    expect(lead?.leadEvents.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('is mailed once for each submission, and never for an order or a score, nor where the tenant has no address', () => {
    expect(after(form('1', { email }), form('2', { email }), order('3', 'PAID', { email })).mails).toBe(2)
    expect(after(form('1', { email }, { tenant: 'store' })).mails).toBe(0)
  })

  it('publishes each of its events, and its opening as a status', () => {
    expect(totalsOf(after(form('1', { email }), form('2', { email })))).toMatchObject({ publishedActivity: 4, publishedStatus: 1 })
  })
})

describe('an order event', () => {
  it.each(['PLACED', 'PAID', 'FULFILLED', 'REFUNDED', 'QUESTION_RESOLVED'] as const)(
    'of a stranger, %s, leaves an order, no contact and no key',
    (status) => {
      const model = after(order('1', status, { email }), form('2', { visitor_id: 'v', email }))
      expect(model.orders.size).toBe(1)
      expect(model.contacts.map(({ contactId }) => contactId)).toEqual(['["loja","test","2"]'])
    },
  )

  it.each(['REFUND_REQUESTED', 'CANCELLED'] as const)('of a stranger, %s, opens a lead, even without any key', (status) => {
    expect(kindsAfter(order('1', status, { email }))).toEqual([['opened']])
    expect(kindsAfter(order('1', status))).toEqual([['opened']])
  })

  it.each(['PLACED', 'PAID', 'FULFILLED', 'REFUNDED'] as const)('%s on an active lead is no submission', (status) => {
    expect(kindsAfter(form('1', { email }), order('2', status, { email }))).toEqual([['opened', 'order_changed']])
  })

  it('QUESTION_RESOLVED on an active lead is a submission', () => {
    expect(kindsAfter(form('1', { email }), order('2', 'QUESTION_RESOLVED', { email }))).toEqual([['opened', 'submission_added']])
  })

  it('gives new keys to a known contact', () => {
    const model = after(form('1', { email }), order('2', 'PAID', { email, phone: '11961234567' }), reply('3', { phone: '+5511961234567' }))
    expect(model.contacts).toHaveLength(1)
  })

  it('that tells of an older state than is known still tells its lead, but leaves the state', () => {
    const model = after(
      form('1', { email }),
      order('2', 'FULFILLED', { email }, { occurred_at: at + 2 }),
      order('3', 'PLACED', { email }, { occurred_at: at + 1 }),
    )
    expect([...model.orders.values()]).toMatchObject([{ status: 'FULFILLED' }])
    expect(totalsOf(model).orderChanged).toBe(2)
  })
})

describe('receipts', () => {
  it('never make a contact or a lead', () => {
    expect(totalsOf(after(receipt('1')))).toMatchObject({ receipts: 1, contacts: 0, leads: 0, publishedActivity: 0 })
  })

  it('take the highest state and the earliest time of each', () => {
    const model = after(
      receipt('1', { status: 'READ', occurred_at: at + 9 }),
      receipt('2', { status: 'SENT', occurred_at: at + 5 }),
      receipt('3', { status: 'SENT', occurred_at: at + 4 }),
    )
    expect([...model.receipts.values()]).toEqual([{ status: 'READ', reachedAt: { READ: at + 9, SENT: at + 4 } }])
  })

  it('of a failed attempt say failed for that attempt only', () => {
    const model = after(receipt('1', { status: 'FAILED' }), receipt('2', { status: 'READ' }), receipt('3', { status: 'SENT', attempt: 2 }))
    expect([...model.receipts.values()].map(({ status }) => status)).toEqual(['FAILED', 'SENT'])
  })
})
