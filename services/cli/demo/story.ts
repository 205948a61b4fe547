import type { DemoEvent } from './demo-events.ts'

/** Something that a member of the team does on the lead: `by` is the place in the demo tenant's team. */
export type Deed = { at: number; by: number } & (
  | { does: 'assign'; to: number }
  | { does: 'move'; to: string; reason: string | null; score?: number }
  | { does: 'score'; to: number; reason: string }
  | { does: 'note'; text: string }
  | { does: 'plan'; dueAt: number; note: string; doneAt: number | null; remindAt: number | null }
)

/**
 * What happens around one person, in four rounds of events: what was before the lead, what opens it, what finds it, and what comes after the team's work. Rounds are there because
 * workers of different topics go at their own pace. `work` is done behind the third round, `later` behind the fourth. `lead` is the submission whose lead the work is done on.
 */
export type Story = {
  rounds: [DemoEvent[], DemoEvent[], DemoEvent[], DemoEvent[]]
  work: { lead: DemoEvent; deeds: Deed[] }[]
  later: { lead: DemoEvent; deeds: Deed[] }[]
}
