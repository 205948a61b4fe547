import { z } from 'zod'
import type { Principal } from '../../accounts/principal.ts'
import { idShape, textShape, timeShape } from './common.ts'

const words = (longest: number) => z.array(z.string().min(1).max(longest)).min(1).max(50).optional()

/** A filter as a body says it; what is left out does not narrow, lists hold alternatives. */
export const filterShape = z
  .strictObject({
    search: textShape(200).optional(),
    tags: words(32),
    statuses: words(64),
    assignees: z.array(idShape.nullable()).min(1).max(50).optional().meta({ description: 'Ids of agents; null for leads that nobody has' }),
    scoreMin: z.int().min(0).max(100).optional(),
    scoreMax: z.int().min(0).max(100).optional(),
    sources: words(64),
    openedFrom: timeShape.optional(),
    openedTo: timeShape.optional().meta({ description: 'Opened before this time' }),
    active: z.boolean().optional(),
    unread: z.literal(true).optional().meta({ description: 'Changed since you last looked' }),
  })
  .meta({ id: 'LeadFilter' })

/** A filter as it is kept with a job. `unreadBy` is the user whose unread leads are meant. */
export type KeptFilter = Omit<z.output<typeof filterShape>, 'unread'> & { unreadBy?: string }

const mostListed = 1_000

/** Which leads a job is about. */
export const selectionShape = z
  .discriminatedUnion('leads', [
    z.strictObject({ leads: z.literal('listed'), leadIds: z.array(idShape).min(1).max(mostListed) }),
    z.strictObject({ leads: z.literal('matching'), filter: filterShape }),
  ])
  .meta({ id: 'LeadSelection', description: 'Leads by their ids, a page for example, or all that match a filter' })

/** The filter with the user in it who asked. A program has read nothing and everything: for it, nothing is unread. */
export function keepFilter({ unread, ...filter }: z.output<typeof filterShape>, principal: Principal): KeptFilter {
  return unread === true && principal.kind === 'user' ? { ...filter, unreadBy: principal.id } : filter
}

/** A kept filter as answers show it. */
export const showFilter = ({ unreadBy, ...filter }: KeptFilter) => ({
  ...filter,
  ...(unreadBy === undefined ? {} : { unread: true as const }),
})
