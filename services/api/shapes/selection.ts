import { z } from 'zod'
import type { Principal } from '../../accounts/principal.ts'
import { idShape, timeShape } from './common.ts'
import { leadFilterShape, type LeadFilterInput } from './lead-filter.ts'

/** A filter as it is kept with work that goes on by itself: as it was asked for, and for whom, so that `me` and `unread` keep their meaning. */
export type KeptFilter = { filter: LeadFilterInput; asked: Pick<Principal, 'id' | 'kind'> }

/** Most leads that can be listed by their ids. */
const mostListed = 1_000

/** Which leads work is to be done on. */
export const selectionShape = z
  .discriminatedUnion('leads', [
    z.strictObject({ leads: z.literal('listed'), leadIds: z.array(idShape).min(1).max(mostListed) }),
    z.strictObject({ leads: z.literal('matching'), filter: leadFilterShape }),
  ])
  .meta({ description: 'Leads by their ids, a page for example, or all that match a filter' })

const words = z.array(z.string()).optional()

/** A filter as answers show it. */
export const shownFilterShape = z
  .object({
    search: z.string().optional(),
    tags: words,
    statuses: words,
    assignees: words,
    scoreMin: z.int().optional(),
    scoreMax: z.int().optional(),
    sources: words,
    openedFrom: timeShape.optional(),
    openedTo: timeShape.optional(),
    active: z.boolean().optional(),
    unread: z.boolean().optional(),
  })
  .meta({ id: 'ShownLeadFilter' })
