import type { FormKind } from '../../../schemas/events.ts'

/** One of the people who work at a demo tenant. */
export type Colleague = { email: string; name: string; role: 'owner' | 'admin' | 'agent' | 'viewer' }

/** A company of the demo: what it is, who works there, and what its visitors are like. */
export type DemoTenant = {
  slug: string
  name: string
  workflow: 'helpdesk' | 'pipeline'
  region: string
  timezone: string
  /** Hours that its visitors' day is ahead of UTC, near enough for a demo. */
  utcOffsetHours: number
  mailTo: string
  team: readonly Colleague[]
  /** How many persons come to the chat, reply to a broadcast, or only order. */
  stories: number
  nations: Readonly<Record<string, number>>
  forms: Readonly<Partial<Record<FormKind, number>>>
  orderPrefix: string
  /** The language in which the team writes its notes. */
  teamLanguage: 'pt' | 'en'
}

const team = (domain: string, [owner, admin, ...agents]: readonly [string, string, ...string[]], viewer: string): Colleague[] => [
  { email: `owner@${domain}`, name: owner, role: 'owner' },
  { email: `admin@${domain}`, name: admin, role: 'admin' },
  ...agents.map((name, index): Colleague => ({ email: `agent${index + 1}@${domain}`, name, role: 'agent' })),
  { email: `viewer@${domain}`, name: viewer, role: 'viewer' },
]

export const demoTenants: readonly DemoTenant[] = [
  {
    slug: 'demo',
    name: 'Demo Shop',
    workflow: 'helpdesk',
    region: 'BR',
    timezone: 'America/Sao_Paulo',
    utcOffsetHours: -3,
    mailTo: 'team@demo.example',
    team: team('demo.example', ['Beatriz Amaral', 'Renato Lopes', 'Carolina Prado', 'Diego Matos', 'Yasmin Rocha'], 'Paulo Sampaio'),
    stories: 230,
    nations: { brazil: 62, unitedStates: 9, mexico: 13, germany: 4, emirates: 6, japan: 6 },
    forms: {
      AGENT_REQUEST: 24,
      ORDER_QUESTION: 24,
      COUPON_REQUEST: 12,
      REFUND_REQUEST: 9,
      CANCELLATION: 5,
      ORDER_RESOLVED: 6,
      COUPON_CREATED: 6,
      OTHER: 8,
    },
    orderPrefix: '#1',
    teamLanguage: 'pt',
  },
  {
    slug: 'demo-pipeline',
    name: 'Northwind Outdoor',
    workflow: 'pipeline',
    region: 'US',
    timezone: 'America/Denver',
    utcOffsetHours: -7,
    mailTo: 'team@northwind-outdoor.example',
    team: team(
      'northwind-outdoor.example',
      ['Margaret Sloan', 'Peter Lindgren', 'Rosa Jimenez', 'Aaron Whitfield', 'Mei Tanaka'],
      'Colin Drake',
    ),
    stories: 170,
    nations: { unitedStates: 46, unitedKingdom: 14, germany: 14, mexico: 10, japan: 8, emirates: 5, brazil: 3 },
    forms: { AGENT_REQUEST: 40, COUPON_REQUEST: 14, ORDER_QUESTION: 14, OTHER: 10, COUPON_CREATED: 6, REFUND_REQUEST: 5, CANCELLATION: 3 },
    orderPrefix: 'NW-2',
    teamLanguage: 'en',
  },
]
