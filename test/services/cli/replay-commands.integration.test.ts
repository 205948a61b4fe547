import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { uuidOf } from '../../../services/leads/event-identity.ts'
import { parkDeadLetters } from '../../../services/platform/worker/dead-letter.ts'
import { form } from '../../support/events.ts'
import { work } from '../../support/work.ts'
import { createWorld, eventually, type World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld(['demo'], 1)
  await world.start('status-relay')
  await world.start('chat-form-intake')
})
afterAll(() => world.close())

type Ran = { status: number | null; stderr: string; json: Record<string, unknown> }

/** Runs the command line; its answer is parsed when it is JSON. */
async function tributary(...words: string[]): Promise<Ran> {
  const child = spawn(process.execPath, ['services/cli/tributary.mjs', ...words], {
    env: { PATH: process.env['PATH'], ...world.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err]: string[][] = [[], []]
  child.stdout.on('data', (text) => out?.push(String(text)))
  child.stderr.on('data', (text) => err?.push(String(text)))
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const text = (out ?? []).join('')
  return {
    status,
    stderr: (err ?? []).join(''),
    json: text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as Ran['json']) : {},
  }
}
const settled = () =>
  eventually(
    'published',
    () => world.count('lead_events', 'pending_shard IS NOT NULL'),
    (left) => left === 0,
  )

describe('tributary replay', () => {
  it('publishes a time or a range of a lead again, or only says how many', async () => {
    await work(world, 'chat.form-submitted', [form({ visitor: { visitor_id: 'a' } }), form({ visitor: { visitor_id: 'a' } }), form()])
    await settled()
    const time = ['--from', '2026-10-02T00:00:00Z', '--to', '2026-10-03T00:00:00Z']
    expect((await tributary('replay', '--tenant', 'demo', ...time, '--dry-run', '--json')).json).toEqual({ dryRun: true, events: 3 })
    expect((await tributary('replay', '--tenant', 'demo', ...time, '--json')).json).toMatchObject({ state: 'done', published: 3 })
    await settled()
    const [row] = await world.tx.select<{ lead_id: Buffer }>("SELECT lead_id FROM leads WHERE visitor_id = 'a'")
    const lead = ['--lead', uuidOf(row?.lead_id ?? Buffer.alloc(16)), '--from-sequence', '2']
    expect((await tributary('replay', '--tenant', 'demo', ...lead, '--reason', 'one was lost', '--json')).json).toMatchObject({
      published: 1,
    })
    expect(await world.count('replays', "state = 'done' AND author = 'cli'")).toBe(2)
    expect(await world.count('replays', "reason = 'one was lost'")).toBe(1)
  })

  it('says what is wrong with what it is given', async () => {
    const nobody = await tributary('replay', '--tenant', 'nobody', '--from', '2026-10-02', '--to', '2026-10-03')
    expect([nobody.status, nobody.stderr]).toEqual([78, expect.stringContaining('There is no tenant nobody')])
    const backwards = await tributary('replay', '--tenant', 'demo', '--from', '2026-10-03', '--to', '2026-10-02')
    expect([backwards.status, backwards.stderr]).toEqual([78, expect.stringContaining('in this order')])
  })
})

describe('tributary dead-letters', () => {
  const park = async (offset: number): Promise<string> => {
    const visitor = `parked-${offset}`
    const value = await world.encode('chat.form-submitted', form({ visitor: { visitor_id: visitor } }))
    const record = { offset, timestamp: Date.UTC(2026, 9, 3), key: null, value, headers: {} }
    const rejection = { outcome: 'rejected' as const, code: 'unknown-failure' as const, reason: 'For a test.', tenantId: 0 }
    const letter = { worker: 'chat-form-intake', topic: world.topic('chat.form-submitted'), partition: 0, record, rejection }
    await parkDeadLetters(world.tx, [letter], new Date())
    return visitor
  }

  it('replay takes one, by either form of its id, or all that match, through the same dedupe', async () => {
    const visitors = [await park(7001), await park(7002), await park(7003)]
    const list = (await tributary('dead-letters', 'list', '--json')).json as unknown as { id: string }[]
    expect(list).toHaveLength(3)
    const [{ id }] = list as [{ id: string }]
    const dashed = id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    expect((await tributary('dead-letters', 'replay', dashed, '--json')).json).toMatchObject({ replayed: 1, ids: [id] })
    expect((await tributary('dead-letters', 'replay', '--all', '--dry-run', '--json')).json).toMatchObject({ replayed: 2 })
    expect((await tributary('dead-letters', 'replay', '--all', '--code', 'unknown-failure', '--json')).json).toMatchObject({ replayed: 2 })
    await eventually(
      'the leads',
      () => world.count('leads', `visitor_id IN ('${visitors.join("','")}')`),
      (leads) => leads === 3,
    )
    await tributary('dead-letters', 'replay', id, '--json')
    await eventually(
      'the repeat',
      async () =>
        Number(
          (await world.tx.select<{ events: string }>("SELECT SUM(events) AS events FROM event_counts WHERE outcome = 'duplicate'"))[0]
            ?.events ?? 0,
        ),
      (repeats) => repeats === 1,
    )
    expect(await world.count('leads', `visitor_id IN ('${visitors.join("','")}')`)).toBe(3)
  })

  it('drop keeps who and why, once', async () => {
    await park(7004)
    const [letter] = (await tributary('dead-letters', 'list', '--json')).json as unknown as { id: string }[]
    expect((await tributary('dead-letters', 'drop', letter?.id ?? '', '--reason', 'a test', '--json')).status).toBe(0)
    expect(await world.count('dead_letters', "state = 'dropped' AND settled_reason = 'a test' AND settled_by = 'cli'")).toBe(1)
    const again = await tributary('dead-letters', 'drop', letter?.id ?? '')
    expect([again.status, again.stderr]).toEqual([78, expect.stringContaining('is dropped already')])
  })
})
