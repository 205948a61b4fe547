import type { DemoEvent } from './demo-events.ts'

/** Something that a member of the team does on the lead: `by` is the place in the demo tenant's team. */
export type Deed = { at: number; by: number } & (
  | { does: 'assign'; to: number }
  | { does: 'move'; to: string; reason: string | null; score?: number }
  | { does: 'score'; to: number; reason: string }
  | { does: 'note'; text: string }
  | { does: 'plan'; dueAt: number; note: string; isDone: boolean; remindAt: number | null }
)

/**
 * What happens around one person, in three rounds of events with people's work behind the second and the third. Rounds are there because workers of different topics go at their own
 * pace: what must find the lead comes a round later. `lead` is the submission whose lead the work is done on.
 */
export type Story = {
  rounds: [DemoEvent[], DemoEvent[], DemoEvent[]]
  work: { lead: DemoEvent; deeds: Deed[] }[]
  later: { lead: DemoEvent; deeds: Deed[] }[]
}
