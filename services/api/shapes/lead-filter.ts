import { z } from 'zod'
import type { Principal } from '../../accounts/principal.ts'
import type { LeadFilter } from '../../leads/lead-filter.ts'
import { Problem } from '../problem.ts'
import { bytesOf, textShape, timeShape } from './common.ts'

const mostAlternatives = 50

/** Alternatives: a list in a body, words with commas between them in an address. */
const alternatives = (longest: number, description: string) => {
  const words = z.array(z.string().min(1).max(longest)).max(mostAlternatives)
  const inAddress = z
    .string()
    .max(4_000)
    .transform((text) => text.split(',').filter((word) => word !== ''))
    .pipe(words)
  return z
    .union([words, inAddress])
    .optional()
    .meta({ description: `${description}; in an address with commas between them` })
}
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]).optional()
const score = z.union([
  z.int().min(0).max(100),
  z
    .string()
    .regex(/^(\d{1,2}|100)$/, 'is no score from 0 to 100')
    .transform(Number),
])

/** Which leads are meant, the same in an address and in a body: what list, count, saved views, export and bulk actions take. What is left out does not narrow. */
export const leadFilterFields = {
  search: textShape(200).optional().meta({
    description:
      'Words that must all be found: beginnings of words of a name or of an email address, order numbers, phone digits from the start or the last four and more',
  }),
  tags: alternatives(32, 'Tags'),
  statuses: alternatives(64, 'Statuses of the workflow, by name'),
  assignees: alternatives(64, 'Agents in charge, by id; `me`; `nobody`'),
  scoreMin: score.optional(),
  scoreMax: score.optional(),
  sources: alternatives(64, 'Systems that the leads came from'),
  openedFrom: timeShape.optional(),
  openedTo: timeShape.optional().meta({ description: 'Opened before this time' }),
  active: flag.meta({ description: 'Whether the status is open' }),
  unread: flag.meta({ description: 'true: changed since you last looked, for people only' }),
}

export const leadFilterShape = z.strictObject(leadFilterFields)
export type LeadFilterInput = z.output<typeof leadFilterShape>

/** What leads are sorted by. */
export const leadOrderShape = z.enum(['newest', 'score'])

/** The filter as the domain takes it, with the caller in the place of `me` and `unread`. */
export function filterOf(input: LeadFilterInput, principal: Pick<Principal, 'id' | 'kind'>): LeadFilter {
  if (input.unread === true && principal.kind !== 'user')
    throw new Problem(422, 'unread-of-nobody', 'A program has read nothing and everything: leave `unread` out.')
  const some = <Item>(list: readonly Item[] | undefined) => (list === undefined || list.length === 0 ? undefined : list)
  return {
    search: input.search,
    tags: some(input.tags),
    statuses: some(input.statuses),
    assignees: some(input.assignees)?.map((agent) => (agent === 'nobody' ? null : agent === 'me' ? principal.id : agent)),
    scoreMin: input.scoreMin,
    scoreMax: input.scoreMax,
    sources: some(input.sources),
    openedFrom: msOf(input.openedFrom),
    openedTo: msOf(input.openedTo),
    active: input.active,
    unreadBy: input.unread === true ? bytesOf(principal.id) : undefined,
  }
}

const msOf = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time))
