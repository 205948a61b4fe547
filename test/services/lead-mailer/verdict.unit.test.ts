import { describe, expect, it } from '@jest/globals'
import { verdictOn } from '../../../services/lead-mailer/send-mails.ts'

const minute = 60_000
const queuedAt = Date.UTC(2026, 0, 1)
const after = (minutes: number) => new Date(queuedAt + minutes * minute)

describe('what follows from the answer of the mail server', () => {
  it('is an end when it took the mail, or never will', () => {
    expect(verdictOn({ attempts: 1, queuedAt }, { result: 'sent', response: '250' }, after(0)).state).toBe('sent')
    expect(verdictOn({ attempts: 1, queuedAt }, { result: 'refused', reason: 'no' }, after(0)).state).toBe('failed')
  })

  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [7, 60],
    [90, 60],
  ])('is another try: after try %i in %i minutes', (attempts, minutes) => {
    expect(verdictOn({ attempts, queuedAt }, { result: 'retry', reason: 'later' }, after(0))).toEqual({
      state: 'queued',
      reason: 'later',
      dueAt: after(minutes),
    })
  })

  it('is giving up after two days, but never because the server takes no mail at all', () => {
    expect(verdictOn({ attempts: 50, queuedAt }, { result: 'ambiguous', reason: 'cut' }, after(3000)).state).toBe('failed')
    expect(verdictOn({ attempts: 50, queuedAt }, { result: 'blocked', reason: 'login' }, after(3000))).toEqual({
      state: 'queued',
      reason: 'login',
      dueAt: after(3001),
    })
  })
})
