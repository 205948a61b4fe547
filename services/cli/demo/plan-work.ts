import { dayMs, hourMs, minuteMs } from './clock.ts'
import type { DemoTenant } from './demo-tenants.ts'
import type { Dice } from './dice.ts'
import type { Deed } from './story.ts'
import { teamTexts } from './team-texts.ts'

type Work = { deeds: Deed[]; endedAt: number | null; lastAt: number }

/** What the team does on a lead that was last touched at `touchedAt`: who takes it, how far it comes, what they note and plan. Older leads have come further. */
export function planWork(dice: Dice, tenant: DemoTenant, anchor: number, touchedAt: number): Work {
  const texts = teamTexts[tenant.teamLanguage]
  const path = pathOf(dice, tenant, anchor - touchedAt)
  const agents = tenant.team.flatMap(({ role }, index) => (role === 'agent' ? [index] : []))
  const agent = dice.pick(agents)
  const deeds: Deed[] = []
  let at = touchedAt
  const next = (fromMinutes: number, toMinutes: number) => (at += dice.between(fromMinutes, toMinutes) * minuteMs)

  if (path.length > 0 || dice.chance(0.35)) {
    const isTaken = dice.chance(0.4)
    deeds.push({ at: next(3, 180), by: isTaken ? agent : dice.pick([0, 1]), does: 'assign', to: agent })
  }
  if (dice.chance(0.1)) deeds.push({ at: next(10, 600), by: 1, does: 'assign', to: dice.pick(agents) })
  for (const [index, to] of path.entries()) {
    const isFinal = finalStatuses.has(to)
    const reason = isFinal ? dice.pick(texts.reasons[to] ?? texts.reasons['closed'] ?? ['']) : null
    deeds.push({ at: next(15, 2_200), by: agent, does: 'move', to, reason: dice.chance(0.85) ? reason : null })
    if (dice.chance(index === 0 ? 0.4 : 0.2)) deeds.push({ at: next(1, 30), by: agent, does: 'note', text: dice.pick(texts.notes) })
  }
  const isOpen = !path.some((status) => finalStatuses.has(status))
  if (isOpen && deeds.length > 0 && dice.chance(0.08)) {
    const to = dice.chance(0.7) ? dice.between(70, 96) : dice.between(5, 25)
    deeds.push({ at: next(5, 300), by: agent, does: 'score', to, reason: dice.pick(to > 50 ? texts.scoredUp : texts.scoredDown) })
  }
  if (isOpen && deeds.length > 0 && dice.chance(path.at(-1) === 'follow_up' ? 0.95 : 0.3))
    deeds.push(planFollowUp(dice, texts.followUps, agent, next(2, 120), anchor))

  const kept = deeds.filter((deed) => deed.at < anchor - minuteMs)
  const end = kept.findLast((deed) => deed.does === 'move' && finalStatuses.has(deed.to))
  return { deeds: kept, endedAt: end?.at ?? null, lastAt: kept.length === 0 ? touchedAt : Math.max(...kept.map(endOf)) }
}

// What was planned is done a little before it is due.
const endOf = (deed: Deed) => (deed.does === 'plan' && deed.doneAt !== null ? deed.doneAt : deed.at)

const finalStatuses: ReadonlySet<string> = new Set(['closed', 'converted', 'lost', 'archived'])

function planFollowUp(dice: Dice, notes: readonly string[], by: number, at: number, anchor: number): Deed {
  const when = dice.weigh({ soon: 30, later: 25, overdue: 25, done: 20 })
  const wanted = {
    soon: anchor + dice.between(1, 30) * hourMs,
    later: anchor + dice.between(2, 12) * dayMs,
    overdue: anchor - dice.between(2, 90) * hourMs,
    done: at + dice.between(4, 70) * hourMs,
  }[when]
  const dueAt = Math.round(Math.max(wanted, at + hourMs) / (15 * minuteMs)) * 15 * minuteMs
  const remindAt = dueAt > anchor + 2 * hourMs && dice.chance(0.5) ? dueAt - hourMs : null
  const doneAt = when === 'done' && dueAt < anchor ? dueAt - 20 * minuteMs : null
  return { at, by, does: 'plan', dueAt, note: dice.pick(notes), doneAt, remindAt }
}

/** The moves that a lead of this age has behind it. */
function pathOf(dice: Dice, { workflow }: DemoTenant, ageMs: number): string[] {
  const age = ageMs < 1.5 * dayMs ? 0 : ageMs < 9 * dayMs ? 1 : 2
  if (workflow === 'helpdesk') {
    const weights = [
      { none: 68, handled: 22, closed: 10 },
      { none: 30, handled: 34, closed: 36 },
      { none: 8, handled: 20, closed: 72 },
    ]
    const end = dice.weigh(weights[age] ?? {})
    return end === 'none' ? [] : end === 'handled' ? ['handled'] : dice.chance(0.75) ? ['handled', 'closed'] : ['closed']
  }
  const weights = [
    { new: 58, contacted: 28, qualifying: 10, archived: 4 },
    { new: 12, contacted: 22, qualifying: 22, qualified: 16, follow_up: 14, converted: 6, lost: 6, archived: 2 },
    { new: 3, contacted: 6, qualifying: 9, qualified: 11, follow_up: 12, converted: 29, lost: 20, archived: 10 },
  ]
  const end = dice.weigh(weights[age] ?? {}) as string
  const before = {
    contacted: 0,
    qualifying: 1,
    qualified: 2,
    follow_up: 3,
    converted: 4,
    lost: dice.between(1, 3),
    archived: dice.between(0, 1),
  }
  if (end === 'new') return []
  const stages = ['contacted', 'qualifying', 'qualified', 'follow_up'].slice(0, before[end as keyof typeof before])
  // Hardly a lead goes through every stage.
  return [...stages.filter((_, index) => index === 0 || dice.chance(0.75)), end]
}
