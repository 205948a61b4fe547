import { z } from 'zod'
import type { BulkAction } from '../../leads/bulk-actions.ts'
import { idShape, textShape, timeOf, timeOrNull, timeShape } from './common.ts'
import { shownFilterShape, type KeptFilter } from './selection.ts'

const reason = textShape(500).nullable().default(null)

/** What is done to each lead. */
export const bulkChangeShape = z
  .discriminatedUnion('change', [
    z.strictObject({ change: z.literal('status'), to: z.string().min(1).max(64), reason }),
    z.strictObject({ change: z.literal('assignee'), to: idShape.nullable(), reason }),
    z.strictObject({
      change: z.literal('follow-up'),
      dueAt: timeShape,
      note: textShape(10_000).default(''),
      agent: idShape.nullable().default(null),
      remindAt: timeShape.nullable().default(null),
    }),
  ])
  .meta({ id: 'NewBulkChange' })

const shownReason = z.string().nullable()
const shownChange = z
  .discriminatedUnion('change', [
    z.object({ change: z.literal('status'), to: z.string(), reason: shownReason }),
    z.object({ change: z.literal('assignee'), to: z.string().nullable(), reason: shownReason }),
    z.object({
      change: z.literal('follow-up'),
      dueAt: timeShape,
      note: z.string(),
      agent: z.string().nullable(),
      remindAt: timeShape.nullable(),
    }),
    z.object({ change: z.literal('undo') }),
  ])
  .meta({ id: 'BulkChange' })

export const bulkShape = z
  .object({
    bulkId: idShape,
    state: z.enum(['collecting', 'running', 'done', 'cancelled', 'failed']),
    change: shownChange,
    selection: z.union([z.object({ leads: z.literal('listed') }), z.object({ leads: z.literal('matching'), filter: shownFilterShape })]),
    actor: z.string(),
    requestedAt: timeShape,
    finishedAt: timeShape.nullable(),
    reason: z.string().nullable().meta({ description: 'Why it failed' }),
    undoes: idShape.nullable().meta({ description: 'The bulk action that this one undoes' }),
    undoneBy: idShape.nullable().meta({ description: 'The undo of this bulk action' }),
    counts: z.object({ total: z.int(), changed: z.int(), unchanged: z.int(), refused: z.int(), waiting: z.int() }).meta({
      description:
        'Leads by what became of them; total grows while they are collected. Those that wait in a cancelled one stay as they are.',
    }),
  })
  .meta({ id: 'BulkAction' })

export const bulkResultShape = z
  .object({
    leadId: idShape,
    result: z.enum(['waiting', 'changed', 'unchanged', 'refused']),
    sequence: z.int().nullable().meta({ description: 'The row of the history that the change made' }),
    code: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'BulkResult' })

/** A bulk action as answers show it. */
export function showBulk({ change, selection, requestedAt, finishedAt, ...bulk }: BulkAction): z.output<typeof bulkShape> {
  return {
    ...bulk,
    change: change.change === 'follow_up' ? showPlan(change.plan) : change,
    selection: selection.leads === 'listed' ? selection : { leads: 'matching', filter: (selection.filter as KeptFilter).filter },
    requestedAt: timeOf(requestedAt),
    finishedAt: timeOrNull(finishedAt),
  }
}

const showPlan = (plan: { dueAt: number; note: string; agent: string | null; remindAt: number | null }) => ({
  change: 'follow-up' as const,
  ...plan,
  dueAt: timeOf(plan.dueAt),
  remindAt: timeOrNull(plan.remindAt),
})
