import type { Dice } from './dice.ts'
import type { DemoTenant } from './demo-tenants.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** How far back the demo goes. */
export const demoDays = 45

/** When visitors come, by the hour of their day: few at night, most around noon and after work. */
const hours = [2, 1, 0.5, 0.3, 0.3, 0.5, 1, 3, 5, 7, 9, 9, 8, 8, 9, 8, 7, 7, 8, 9, 9, 7, 5, 3]

/** When the story of this number begins: the first few within the last hours, the others over the demo's days, more of them lately. */
export function beginOf(dice: Dice, tenant: DemoTenant, number: number, anchor: number): number {
  if (number < 6) return anchor - [11, 38, 74, 160, 290, 420].map((minutes) => minutes * minuteMs)[number]!
  const daysAgo = 0.4 + dice.roll() ** 1.35 * (demoDays - 1)
  const midnight = Math.floor((anchor - daysAgo * dayMs) / dayMs) * dayMs - tenant.utcOffsetHours * hourMs
  const hour = Number(dice.weigh(Object.fromEntries(hours.map((weight, index) => [String(index), weight]))))
  const at = midnight + hour * hourMs + dice.between(0, 59) * minuteMs + dice.between(0, 59_999)
  return at > anchor - 8 * hourMs ? at - dayMs * Math.ceil((at - anchor + 8 * hourMs) / dayMs) : at
}
