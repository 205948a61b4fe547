import { describe, expect, it } from '@jest/globals'
import { summariseOrderFree } from '../../support/reference/summarise-order-free.ts'
import { after, at, form, order, receipt, recordTimestamp, reply, tenants } from './histories.ts'

const dayMs = 86_400_000

describe('an event', () => {
  it('counts once: the same again is a duplicate, another content under its identity a conflict', () => {
    const first = form('1', { visitor_id: 'v' })
    const model = after(first, structuredClone(first), form('1', { visitor_id: 'w' }))
    expect(model.outcomes).toEqual(['done', 'duplicate', { rejected: 'event-conflict' }])
    expect(model.submissions.size).toBe(1)
  })

  it('is told apart by tenant and source: the same id of another source is another event', () => {
    const others = [form('1', {}, { source: 'other' }), form('1', {}, { tenant: 'store' })]
    expect(after(form('1', {}), ...others).outcomes).toEqual(['done', 'done', 'done'])
  })

  it('of an unknown tenant is rejected and leaves nothing', () => {
    const model = after(form('1', {}, { tenant: 'nobody' }), form('2', {}, { tenant: '' }))
    expect(model.outcomes).toEqual([{ rejected: 'unknown-tenant' }, { rejected: 'unknown-tenant' }])
    expect(model.contacts).toEqual([])
  })

  it.each([
    ['an empty id', form('', {})],
    ['an id of 129 characters', form('x'.repeat(129), {})],
    ['an empty source', form('1', {}, { source: '' })],
    ['a time before 2000', form('1', {}, { occurred_at: Date.UTC(2000, 0, 1) - 1 })],
    ['a time more than a day after its record', form('1', {}, { occurred_at: recordTimestamp + dayMs + 1 })],
    ['an unknown delivery status', receipt('1', { status: 'UNKNOWN' })],
    ['attempt 0', receipt('1', { attempt: 0 })],
    ['an empty message id', receipt('1', { message_id: '' })],
    ['a reply of nobody', reply('1', { phone: '  ', email: '' })],
    ['an unknown order status', order('1', 'UNKNOWN')],
    ['an empty order id', order('1', 'PAID', {}, { order_id: '' })],
  ])('with %s breaks the contract', (_, record) => {
    expect(after(record).outcomes).toEqual([{ rejected: 'contract-broken' }])
  })

  it.each([
    ['at the first moment of 2000', form('1', {}, { occurred_at: Date.UTC(2000, 0, 1) })],
    ['a day after its record', form('1', {}, { occurred_at: recordTimestamp + dayMs })],
    ['with null wherever null may stand', form('1', {})],
    ['of a reply whose phone cannot be understood', reply('1', { phone: 'n/a' })],
  ])('%s keeps the contract', (_, record) => {
    expect(after(record).outcomes).toEqual(['done'])
  })
})

describe('the summary of a history', () => {
  it('takes a resolved question for a submission that may or may not be', () => {
    const history = [
      form('1', { visitor_id: 'v' }),
      order('2', 'QUESTION_RESOLVED', { visitor_id: 'v' }),
      receipt('3', { occurred_at: at }),
    ]
    const summary = summariseOrderFree([...history, ...history], { tenants, recordTimestamp })
    expect(summary).toMatchObject({ done: 3, repeated: 3, submissions: { atLeast: 1, atMost: 2 }, mails: { atLeast: 1, atMost: 2 } })
  })
})
