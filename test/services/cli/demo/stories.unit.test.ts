import { describe, expect, test } from '@jest/globals'
import { breakEvents } from '../../../../services/cli/demo/broken-events.ts'
import type { DemoEvent } from '../../../../services/cli/demo/demo-events.ts'
import { demoTenants } from '../../../../services/cli/demo/demo-tenants.ts'
import { tellStory } from '../../../../services/cli/demo/tell-story.ts'
import { channelNumberOf } from '../../../../services/cli/demo/people.ts'
import { checkDelivery, checkEnvelope, checkForm, checkOrder, checkReply } from '../../../../services/leads/contract.ts'
import { normalEmail, normalPhone } from '../../../../services/leads/contact-keys.ts'
import { movesFrom, workflows, type Workflow } from '../../../../services/leads/workflow.ts'
import { eventType } from '../../../../services/platform/kafka/event-type.ts'

const anchor = Date.UTC(2026, 10, 21, 9)
const dayMs = 86_400_000

const demos = demoTenants.map((demo) => {
  const stories = Array.from({ length: demo.stories }, (_, number) => tellStory(demo, number, anchor))
  return { demo, stories, events: stories.flatMap(({ rounds }) => rounds.flat()), broken: breakEvents(demo, anchor) }
})

function problemOf({ topic, event }: DemoEvent): string | undefined {
  const check = {
    'chat.form-submitted': checkForm,
    'broadcast.delivery-reported': checkDelivery,
    'broadcast.reply-received': checkReply,
    'order.changed': checkOrder,
  }[topic] as (event: unknown) => string | undefined
  return checkEnvelope(event, anchor) ?? check(event)
}

describe.each(demos)('the stories of $demo.slug', ({ demo, stories, events, broken }) => {
  test('are the same each time they are told for one hour, and of other ids for another', () => {
    const again = Array.from({ length: demo.stories }, (_, number) => tellStory(demo, number, anchor))
    expect(again).toEqual(stories)
    const ids = new Set(events.map(({ event }) => event.event_id))
    const later = Array.from({ length: 20 }, (_, number) => tellStory(demo, number, anchor + 3_600_000)).flatMap(({ rounds }) =>
      rounds.flat(),
    )
    expect(later.filter(({ event }) => ids.has(event.event_id))).toEqual([])
  })

  test('are events that fit their schema and their contract, none of them in the future, each with an id of its own', () => {
    for (const event of events) {
      expect({ problem: problemOf(event), fits: eventType(event.topic).avro.isValid(event.event) }).toEqual({
        problem: undefined,
        fits: true,
      })
      expect(event.event.occurred_at).toBeLessThan(anchor)
      expect(event.event.occurred_at).toBeGreaterThan(anchor - 60 * dayMs)
    }
    expect(new Set(events.map(({ event }) => `${event.source} ${event.event_id}`)).size).toBe(events.length)
  })

  test('hold a few events that the contract refuses, though the schema takes them', () => {
    expect(broken.length).toBeGreaterThan(2)
    for (const event of broken)
      expect({ refused: problemOf(event) !== undefined, fits: eventType(event.topic).avro.isValid(event.event) }).toEqual({
        refused: true,
        fits: true,
      })
  })

  test('are of people who share no phone number and no address, all of them under domains and numbers that nobody has', () => {
    const seen = new Map<string, string>()
    for (const { topic, event } of events) {
      if (topic !== 'chat.form-submitted') continue
      const { visitor_id, phone, email } = event.visitor
      if (phone !== null) {
        const number = normalPhone(phone, demo.region)
        expect({ phone, isValid: number !== undefined }).toEqual({ phone, isValid: true })
        expect(seen.get(number ?? '') ?? visitor_id).toBe(visitor_id)
        seen.set(number ?? '', visitor_id ?? '')
      }
      if (email !== null) {
        expect(email.toLowerCase()).toMatch(/@([a-z]+\.)*example(\.(org|com|net))?$|@example\.(com|net|org)$/)
        expect(seen.get(normalEmail(email) ?? '') ?? visitor_id).toBe(visitor_id)
        seen.set(normalEmail(email) ?? '', visitor_id ?? '')
      }
    }
  })

  test('begin on every kind of form, in several languages, with and without names, over six weeks and up to the last hour', () => {
    const forms = events.flatMap(({ topic, event }) => (topic === 'chat.form-submitted' ? [event] : []))
    expect([...new Set(forms.map(({ form }) => form))].sort()).toEqual(Object.keys(demo.forms).sort())
    expect(new Set(forms.map(({ visitor }) => visitor.locale)).size).toBeGreaterThan(5)
    expect(forms.some(({ visitor }) => visitor.name === null)).toBe(true)
    expect(forms.some(({ visitor }) => visitor.name === null && visitor.email === null && visitor.phone === null)).toBe(true)
    expect(forms.some(({ visitor }) => (visitor.name?.length ?? 0) > 60)).toBe(true)
    expect(Math.max(...forms.map(({ occurred_at }) => occurred_at))).toBeGreaterThan(anchor - 3_600_000)
    expect(Math.min(...forms.map(({ occurred_at }) => occurred_at))).toBeLessThan(anchor - 35 * dayMs)
    expect(forms.some(({ products }) => products.length === 0)).toBe(true)
    expect(forms.some(({ products }) => products.length > 1)).toBe(true)
    expect(forms.flatMap(({ transcript }) => transcript).some(({ author }) => author === 'AGENT')).toBe(true)
    expect(forms.flatMap(({ transcript, message }) => [message ?? '', ...transcript.map(({ text }) => text)]).join(' ')).not.toMatch(
      /[{}]|undefined/,
    )
  })

  test('hold receipts of every state and replies to them', () => {
    const deliveries = events.flatMap(({ topic, event }) => (topic === 'broadcast.delivery-reported' ? [event] : []))
    expect([...new Set(deliveries.map(({ status }) => status))].sort()).toEqual(['DELIVERED', 'FAILED', 'READ', 'SENT'])
    expect(deliveries.some(({ attempt }) => attempt === 2)).toBe(true)
    const messages = new Set(deliveries.map(({ message_id }) => message_id))
    const replies = events.flatMap(({ topic, event }) => (topic === 'broadcast.reply-received' ? [event] : []))
    expect(replies.length).toBeGreaterThan(5)
    for (const { in_reply_to, recipient } of replies) {
      expect(messages.has(in_reply_to ?? '')).toBe(true)
      expect(recipient.channel_user_id).toBe(channelNumberOf(recipient.phone ?? ''))
    }
  })

  test('tell a team that works in order of time, behind what the person did, by moves that the workflow has', () => {
    const workflow = workflows.get(demo.workflow) as Workflow
    for (const { work, later, rounds } of stories) {
      for (const { lead, deeds } of [...work, ...later]) {
        let status = workflow.statuses[0]?.name ?? ''
        let before = lead.event.occurred_at
        for (const deed of deeds) {
          expect(deed.at).toBeGreaterThan(before)
          expect(deed.at).toBeLessThan(anchor)
          before = deed.at
          if (deed.does !== 'move') continue
          expect(movesFrom(workflow, status).map(({ to }) => to)).toContain(deed.to)
          status = deed.to
        }
      }
      const last = work.at(-1)?.deeds.at(-1)?.at
      for (const { event } of rounds[3]) expect(event.occurred_at).toBeGreaterThan(last ?? 0)
      const first = work[0]?.deeds[0]?.at
      if (first !== undefined)
        for (const { topic, event } of rounds[1]) if (topic !== 'broadcast.delivery-reported') expect(event.occurred_at).toBeLessThan(first)
    }
  })

  test('leave leads in every status', () => {
    const ends = stories
      .flatMap(({ work }) => work.map(({ deeds }) => deeds.findLast(({ does }) => does === 'move')))
      .map((deed) => (deed?.does === 'move' ? deed.to : 'new'))
    expect([...new Set(ends)].sort()).toEqual(
      workflows
        .get(demo.workflow)
        ?.statuses.map(({ name }) => name)
        .sort(),
    )
  })
})
