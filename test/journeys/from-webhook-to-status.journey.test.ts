import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import type { LeadStatus } from '../../schemas/events.ts'
import { Fleet } from '../support/fleet.ts'
import { ownPayloads, publishedPayloads } from '../support/provider-payloads.ts'
import { eachEvent, terminalRecords } from '../support/totals.ts'
import { createWorld, eventually, mailTo, testStack, type World } from '../support/world.ts'

const fleetNames = ['chat-form-intake', 'broadcast-intake', 'order-intake', 'status-relay', 'lead-scorer', 'lead-mailer']
let world: World
let fleet: Fleet

beforeAll(async () => {
  world = await createWorld(['journey'])
  fleet = new Fleet(world)
  await fleet.start(...fleetNames)
})
afterAll(async () => {
  expect(Object.values(await fleet.stop(...fleetNames))).toEqual(fleetNames.map(() => 0))
  await world.close()
})

function tributary(words: string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['services/cli/tributary.mjs', ...words], {
    env: { PATH: process.env['PATH'], ...world.env },
    input,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`tributary ${words.join(' ')}: ${stderr}`)
  return stdout
}

/** Decodes webhook bodies and produces what they hold, as a person would with a pipe; answers how many events there were. */
function send(provider: string, payloads: readonly { payload: unknown }[]): number {
  const lines = payloads
    .map(({ payload }) => tributary(['gateway', 'decode', '--provider', provider, '--tenant', 'journey'], JSON.stringify(payload)))
    .join('')
  return (JSON.parse(tributary(['events', 'produce', '--json'], lines)) as { produced: number }).produced
}

describe('webhooks of WhatsApp and Shopify', () => {
  it('of one person become one scored lead, its order and receipts, mails in the catcher and a lead.status record', async () => {
    const own = ownPayloads('whatsapp')
    const chosen = ['text.json', 'button.json', 'statuses.json'].flatMap((file) => own.filter(({ name }) => name === file))
    const produced =
      send('whatsapp', chosen) +
      send(
        'shopify',
        ownPayloads('shopify').filter(({ name }) => name === 'order-paid.json'),
      )
    expect(produced).toBe(6)
    await eventually(
      'all events worked off',
      () => terminalRecords(world),
      (done) => done >= produced,
    )

    type Shown = {
      status: string
      leadId: string
      score: number
      scoreLines: { points: number }[]
      submissions: unknown[]
      orders: { status: string }[]
      receipts: { status: string }[]
      mails: { state: string }[]
      history: { publishedAt: number | null }[]
    }
    const show = async () =>
      JSON.parse(
        tributary(['lead', 'show', '--tenant', 'journey', '--event', 'wamid.TRIB.text1', '--source', 'whatsapp-cloud', '--json']),
      ) as Shown
    const lead = await eventually(
      'a lead that is scored, mailed and published',
      show,
      ({ mails, history, score }) =>
        score > 0 &&
        mails.length === 2 &&
        mails.every(({ state }) => state === 'sent') &&
        history.every(({ publishedAt }) => publishedAt !== null),
    )
    expect(lead.submissions).toHaveLength(2)
    expect(lead.orders).toMatchObject([{ status: 'paid' }])
    expect(lead.receipts).toMatchObject([{ status: 'read' }])
    expect(lead.score).toBe(lead.scoreLines.reduce((sum, { points }) => sum + points, 0))

    const caught = (await (await fetch(`${testStack().mailPage}api/messages`)).json()) as { id: number; to: string; subject: string }[]
    const ours = caught.filter(({ to }) => to === mailTo('journey'))
    expect(ours.map(({ subject }) => subject).sort()).toEqual([
      'Follow-up 2: Broadcast Reply – Beatriz Lima',
      'New lead: Broadcast Reply – Beatriz Lima',
    ])
    const mail = (await (
      await fetch(`${testStack().mailPage}api/messages/${ours.find(({ subject }) => subject.startsWith('New'))?.id}`)
    ).json()) as { html: string; text: string }
    for (const part of [mail.html, mail.text]) expect(part).toContain('Oi! Ainda tem esse tênis no 42? 👟')

    const statuses: LeadStatus[] = []
    await eachEvent(world, 'lead.status', (event) => statuses.push(event))
    expect(statuses.filter(({ lead_id }) => lead_id === lead.leadId)).toMatchObject([
      { previous_status: null, status: 'new', final: false, tenant: 'journey' },
    ])
  })

  it('that others published come through with one terminal record each and no dead letter', async () => {
    const before = await terminalRecords(world)
    const produced = send('whatsapp', publishedPayloads('whatsapp_cloud')) + send('shopify', publishedPayloads('shopify'))
    await eventually(
      'all events worked off',
      () => terminalRecords(world),
      (done) => done >= before + produced,
    )
    // Some of the published examples use one message id for different messages: that is a conflict, and parked as one.
    const codes = await world.tx.select<{ code: string }>('SELECT DISTINCT code FROM dead_letters')
    expect(codes.map(({ code }) => code).filter((code) => code !== 'event-conflict')).toEqual([])
    expect(await terminalRecords(world)).toBe(before + produced)
  })
})
