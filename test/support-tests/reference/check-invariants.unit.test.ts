import { describe, expect, it } from '@jest/globals'
import { checkInvariants, type LeadSnapshot } from '../../support/reference/check-invariants.ts'
import { snapshotOf } from '../../support/reference/snapshot-of.ts'
import { after, form, reply } from './histories.ts'

const sound = () =>
  snapshotOf(
    after(form('1', { visitor_id: 'v', email: 'a@x.example' }), form('2', { visitor_id: 'v' }), reply('3', { phone: '+5511961234567' })),
  )
const rulesBrokenBy = (harm: (snapshot: LeadSnapshot) => void) => {
  const snapshot = structuredClone(sound())
  harm(snapshot)
  return checkInvariants(snapshot).map(({ rule }) => rule)
}
const first = <Row>(rows: Row[]) => rows[0] as Row

describe('the invariants', () => {
  it('hold for what the rules make', () => expect(checkInvariants(sound())).toEqual([]))

  it.each<[string, (snapshot: LeadSnapshot) => void]>([
    ['a contact has one active lead at most', ({ leads }) => leads.push({ ...first(leads), leadId: 'second' })],
    ['a submission belongs to exactly one lead', ({ links }) => links.pop()],
    ['a submission belongs to exactly one lead', ({ links, leads }) => links.push({ ...first(links), leadId: leads[1]?.leadId ?? '' })],
    ['a lead and its submissions have one contact', ({ leads, contacts }) => (first(leads).contactId = contacts[1]?.contactId ?? '')],
    ['the contact of a submission holds its strongest key', ({ keys }) => keys.shift()],
    ['the contact of a submission holds its strongest key', ({ keys, contacts }) => (first(keys).contactId = contacts[1]?.contactId ?? '')],
    ['a key belongs to one contact', ({ keys }) => keys.push(first(keys))],
    ['a key belongs to a contact that exists', ({ contacts }) => contacts.shift()],
    ['a link joins a lead and a submission that exist', ({ links }) => (first(links).tenant = 'store')],
    ['sequences are 1, 2, 3 without gaps', ({ leadEvents }) => leadEvents.splice(1, 1)],
    ['sequences are 1, 2, 3 without gaps', ({ leadEvents }) => (first(leadEvents.slice(1)).sequence = 1)],
    ['a lead is opened once, by its first event', ({ leadEvents }) => (first(leadEvents).kind = 'submission_added')],
    ['a score is the sum of its lines', ({ scoreLines }) => scoreLines.pop()],
    ['a score is between 0 and 100', ({ leads }) => (first(leads).score = 101)],
    ['a rule counts once for its evidence', ({ scoreLines }) => scoreLines.push(first(scoreLines))],
    ['history and lines belong to a lead that exists', ({ leads }) => leads.pop()],
    ['a lead has one event for each submission', ({ links }) => links.push({ ...first(links), submissionId: 'unknown' })],
  ])('notice a breach of: %s', (rule, harm) => {
    expect(rulesBrokenBy(harm)).toContain(rule)
  })
})
