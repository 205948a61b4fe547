import { z } from 'zod'
import { countLeads } from '../../leads/count-leads.ts'
import { uuidOf } from '../../leads/event-identity.ts'
import { findLeads } from '../../leads/find-leads.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { bytesOf, idShape, timeOf, timeShape } from '../shapes/common.ts'
import { moveShape, statusShape } from '../shapes/lead.ts'
import { filterOf, leadFilterFields, leadOrderShape } from '../shapes/lead-filter.ts'
import { reading } from '../transactions.ts'

const cursor = z.string().min(1).max(400)
const total = { count: z.int(), isExact: z.boolean().meta({ description: 'When false, there are more than `count`' }) }

const rowShape = z
  .object({
    leadId: idShape,
    openedAt: timeShape,
    lastActivityAt: timeShape,
    name: z.string().nullable().meta({ description: 'Name, email and phone are each of the newest submission that has it' }),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    tags: z.array(z.string()),
    status: statusShape,
    active: z.boolean(),
    moves: z.array(moveShape),
    score: z.int(),
    assignee: z.string().nullable(),
    source: z.string(),
    isNew: z.boolean().meta({ description: 'Still in the first status: nobody has taken it up' }),
    unread: z.boolean().meta({ description: 'Changed since you last looked' }),
    submissions: z.int(),
    sequence: z.int(),
  })
  .meta({ id: 'LeadRow', description: 'A lead as a list shows it' })

const pageShape = z
  .object({
    leads: z.array(rowShape),
    page: z.int(),
    pageCount: z
      .int()
      .nullable()
      .meta({ description: 'null where so many match that they are not counted; `cursors.last` leads to the last page all the same' }),
    total: z.object(total),
    cursors: z.object({
      first: z.string().nullable(),
      previous: z.string().nullable(),
      next: z.string().nullable(),
      last: z.string().nullable(),
      pages: z
        .array(z.object({ page: z.int(), cursor: z.string() }))
        .meta({ description: 'The pages up to four away, this one among them' }),
    }),
    asOf: idShape.nullable().meta({ description: 'The newest lead when the list was opened: newer ones are not in it' }),
    hasLockedLeads: z.boolean().meta({ description: 'The plan hides leads; whether or how many of them match is not said' }),
  })
  .meta({ id: 'LeadPage' })

const countsShape = z
  .object({
    total: z.object(total),
    statuses: z.array(z.object({ status: z.string(), label: z.string(), ...total })),
    tags: z.array(z.object({ tag: z.string(), label: z.string(), ...total })),
  })
  .meta({ id: 'LeadCounts' })

const tags = ['leads']

/** Leads as a list: found, filtered, sorted, counted, page by page. */
export function leadListRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/leads',
    {
      schema: {
        operationId: 'listLeads',
        summary: 'Leads that match, a page at a time',
        description:
          'Without a cursor, the first page as of now; every answer has the cursors of the pages around it, each good for the same filter, sort and limit. Leads that come in later do not move what is on a page.',
        tags,
        querystring: z.strictObject({
          ...leadFilterFields,
          sort: leadOrderShape.default('newest'),
          limit: z.coerce.number().int().min(1).max(100).default(25),
          cursor: cursor.optional(),
        }),
        response: { 200: pageShape, ...problems(422) },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { principal, tenant } = caller(request)
      const { sort, limit, cursor: at, ...filter } = request.query
      const userId = principal.kind === 'user' ? bytesOf(principal.id) : null
      const { leads, asOf, ...page } = await reading(parts, (tx) =>
        findLeads(tx, tenant, filterOf(filter, principal), { order: sort, size: limit, cursor: at, userId }),
      )
      return {
        ...page,
        asOf: asOf === null ? null : uuidOf(asOf),
        leads: leads.map((lead) => ({ ...lead, openedAt: timeOf(lead.openedAt), lastActivityAt: timeOf(lead.lastActivityAt) })),
      }
    },
  )

  app.get(
    '/v1/leads/count',
    {
      schema: {
        operationId: 'countLeads',
        summary: 'How many leads match, and how many would with each status or tag chosen instead',
        tags,
        querystring: z.strictObject(leadFilterFields),
        response: { 200: countsShape, ...problems(422) },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { principal, tenant } = caller(request)
      return await reading(parts, (tx) => countLeads(tx, tenant, filterOf(request.query, principal)))
    },
  )
}
