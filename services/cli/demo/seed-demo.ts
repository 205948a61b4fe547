import type { Knex } from 'knex'
import { addTenant, findTenants, type Tenant } from '../../leads/tenants.ts'
import type { KafkaSettings } from '../../platform/kafka/client.ts'
import type { Registry } from '../../platform/kafka/registry.ts'
import { withTransaction } from '../../platform/mysql/transaction.ts'
import { breakEvents } from './broken-events.ts'
import { hourMs } from './clock.ts'
import type { DemoEvent } from './demo-events.ts'
import { demoTenants, type DemoTenant } from './demo-tenants.ts'
import { doWork } from './do-work.ts'
import { awaitFleet, findAnchor, withoutArrived } from './fleet-account.ts'
import { produceEvents } from './produce-events.ts'
import type { Story } from './story.ts'
import { gatherTeam } from './team.ts'
import { tellStory } from './tell-story.ts'

export type SeedSettings = {
  db: Knex
  kafka: KafkaSettings
  registry: Registry
  password: string
  now: Date
  patienceMs: number
  say(text: string): void
}
export type Seeded = { tenant: string; produced: number; workedOn: number }

type Running = { tenant: Tenant; team: string[]; stories: Story[]; broken: DemoEvent[]; seeded: Seeded }

/**
 * Fills the demo tenants through the stream, as their producers would: events to Kafka, the running fleet works them off, then the team's work by the functions that the API calls. What
 * is there already is left out, so that a second seeding changes nothing and one that was broken off is carried on. Throws when the fleet does not work.
 */
export async function seedDemo(settings: SeedSettings): Promise<Seeded[]> {
  const running: Running[] = []
  for (const demo of demoTenants) running.push(await prepare(settings, demo))
  for (const round of [0, 1, 2, 3] as const) {
    await playRound(settings, running, round)
    for (const { tenant, team, stories, seeded } of running) {
      const work = round === 2 ? stories.flatMap((story) => story.work) : round === 3 ? stories.flatMap((story) => story.later) : []
      seeded.workedOn += await doWork(settings.db, tenant, team, work)
    }
  }
  return running.map(({ seeded }) => seeded)
}

async function prepare({ db, password, now }: SeedSettings, demo: DemoTenant): Promise<Running> {
  const { slug, name, workflow, region, timezone, mailTo } = demo
  const { tenant, anchor } = await withTransaction(db, 30_000, async (tx) => {
    await addTenant(tx, { slug, name, workflow, region, timezone, mailTo }, now)
    const found = (await findTenants(tx, [slug])).get(slug)
    if (found === undefined) throw new Error(`there is no tenant ${slug}`)
    return { tenant: found, anchor: (await findAnchor(tx, found.tenantId)) ?? Math.floor(now.getTime() / hourMs) * hourMs }
  })
  return {
    tenant,
    team: await gatherTeam(db, tenant, demo, password, now),
    stories: Array.from({ length: demo.stories }, (_, number) => tellStory(demo, number, anchor)),
    broken: breakEvents(demo, anchor),
    seeded: { tenant: slug, produced: 0, workedOn: 0 },
  }
}

/** Produces what is missing of a round and waits until the fleet is through with it. */
async function playRound(settings: SeedSettings, running: readonly Running[], round: 0 | 1 | 2 | 3): Promise<void> {
  const { db, kafka, registry, patienceMs, say } = settings
  const awaited: { tenant: Tenant; events: DemoEvent[]; broken: DemoEvent[] }[] = []
  for (const { tenant, stories, broken, seeded } of running) {
    const all = stories.flatMap(({ rounds }) => rounds[round]).sort((a, b) => a.event.occurred_at - b.event.occurred_at)
    const missing = await withTransaction(db, 30_000, (tx) =>
      withoutArrived(tx, tenant.tenantId, { events: all, broken: round === 1 ? broken : [] }),
    )
    seeded.produced += missing.events.length + missing.broken.length
    awaited.push({ tenant, ...missing })
  }
  const toProduce = awaited.flatMap(({ events, broken }) => [...events, ...broken])
  if (toProduce.length === 0) return
  say(`demo: ${toProduce.length} events of round ${round + 1} of 4 …`)
  await produceEvents(kafka, registry, toProduce)
  await awaitFleet(db, awaited, patienceMs)
}
