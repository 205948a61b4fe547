import { describe, expect, it } from '@jest/globals'
import type { FormKind, Product } from '../../../schemas/events.ts'
import { scoreOf } from '../../support/reference/score.ts'
import { after, form, order, reply } from './histories.ts'

const scoreAfter = (...history: Parameters<typeof after>) => scoreOf(after(...history).leads[0]?.scoreLines ?? [])
const products = (count: number): Product[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    title: 'p',
    image_url: null,
    price_minor: null,
    currency: null,
    url: null,
  }))
const v = { visitor_id: 'v' }

describe('a score', () => {
  it.each<[FormKind, number]>([
    ['AGENT_REQUEST', 30],
    ['ORDER_QUESTION', 15],
    ['COUPON_REQUEST', 20],
    ['REFUND_REQUEST', 10],
    ['CANCELLATION', 5],
    ['ORDER_RESOLVED', 0],
    ['COUPON_CREATED', 15],
    ['OTHER', 10],
  ])('begins with the points of the form %s: %i', (kind, points) => {
    expect(scoreAfter(form('1', v, { form: kind }))).toBe(points)
  })

  it('begins with 25 for a reply', () => expect(scoreAfter(reply('1', { channel_user_id: 'u' }))).toBe(25))

  it.each([
    [1, 15],
    [3, 25],
    [4, 25],
  ])('counts %i products up to three', (count, points) => {
    expect(scoreAfter(form('1', v, { products: products(count) }))).toBe(points)
  })

  it('counts name, email and phone once per lead, blank and invalid ones never', () => {
    const all = { ...v, name: 'Ana', email: 'ana@x.example', phone: '+5511961234567' }
    expect(scoreAfter(form('1', all), form('2', all))).toBe(10 + 30 + 10 + 5)
    expect(scoreAfter(form('1', { ...v, name: '  ', email: 'a@b', phone: '123' }))).toBe(10)
  })

  it('counts four follow-ups', () => {
    const cancelled = (id: string) => form(id, v, { form: 'CANCELLATION' })
    expect(scoreAfter(...['1', '2', '3', '4', '5', '6', '7'].map(cancelled))).toBe(7 * 5 + 4 * 5)
  })

  it('counts an order once, and a refund never', () => {
    expect(scoreAfter(form('1', v), order('2', 'PLACED', v), order('3', 'PAID', v), order('4', 'REFUNDED', v))).toBe(30)
  })

  it('stops at 100, with a line that takes the excess off', () => {
    const model = after(...['1', '2', '3', '4'].map((id) => form(id, v, { form: 'AGENT_REQUEST' })))
    const [lead] = model.leads
    expect(scoreOf(lead?.scoreLines ?? [])).toBe(100)
    expect(lead?.scoreLines.filter(({ rule }) => rule === 'cap')).toMatchObject([{ points: -35 }])
  })

  it('that stays the same is no event', () => {
    expect(after(form('1', v, { form: 'ORDER_RESOLVED' })).leads[0]?.leadEvents).toHaveLength(1)
    const full = ['1', '2', '3', '4', '5'].map((id) => form(id, v, { form: 'AGENT_REQUEST' }))
    expect(after(...full).leads[0]?.leadEvents.filter(({ kind }) => kind === 'score_changed')).toHaveLength(3)
  })
})
