import { z } from 'zod'
import { readFunnels } from '../../leads/broadcast-funnel.ts'
import { byDay, checkFlow, flowOutcomes, hourMs, noFlow, readFlow, receivedIn, type FlowHour, type FlowSums } from '../../leads/flow.ts'
import { readLeadFigures } from '../../leads/lead-figures.ts'
import { isLimited, visibleFrom } from '../../leads/plan.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { Problem, problems } from '../problem.ts'
import { textShape, timeOf, timeShape } from '../shapes/common.ts'
import { reading } from '../transactions.ts'

const sums = Object.fromEntries(['received', ...flowOutcomes].map((name) => [name, z.int()])) as Record<
  'received' | keyof FlowSums,
  z.ZodInt
>
const rowShape = z.object({
  at: z.string().meta({ description: 'Beginning of the hour in UTC, or the day in the time zone' }),
  source: z.string(),
  ...sums,
  deadLetters: z.string().nullable().meta({ description: 'Where the dead letters of this time are, if something was parked' }),
})
const checkShape = z.object({
  name: z.enum(['parked', 'distinctEvents', 'submissions']),
  span: z.enum(['asked', 'ever']).meta({ description: 'Whether it is about the time asked for or all that there ever was' }),
  counted: z.int().meta({ description: 'What the account says' }),
  found: z.int().meta({ description: 'What lies in the tables of the things themselves' }),
  difference: z.int(),
})
const flowShape = z
  .object({
    from: timeShape,
    to: timeShape,
    by: z.enum(['hour', 'day']),
    timeZone: z.string(),
    equation: z.string(),
    rows: z.array(rowShape),
    total: z.object(sums),
    checks: z.array(checkShape),
    isBalanced: z.boolean().meta({ description: 'Every check has no difference' }),
  })
  .meta({ id: 'Flow' })

const spanQuery = {
  from: timeShape.optional().meta({ description: 'Rounded down to the hour; a day, or 30, before `to` when left out' }),
  to: timeShape.optional().meta({ description: 'Rounded up to the hour; now when left out' }),
}
const mostDays = { hour: 31, day: 400 }
const equation = `received = ${flowOutcomes.join(' + ')}`
const description = `${equation}. Each event is counted in the transaction that did its work, once for each time that it was received: a repeat is a duplicate, and an event that was parked and replayed is counted again by what became of it then. \`checks\` hold the sums of all sources against the dead letters, the identities of events and the submissions themselves. Events that name no tenant, or cannot be read at all, are in no tenant’s account.`
const tags = ['operations']

/** Nothing is lost, and it can be shown. */
export function flowRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/flow',
    {
      schema: {
        operationId: 'getFlow',
        summary: 'What became of each event that was received, per source and hour or day',
        description,
        tags,
        querystring: z.strictObject({
          ...spanQuery,
          source: textShape(64).optional(),
          by: z.enum(['hour', 'day']).default('hour'),
          timeZone: z.enum(['utc', 'tenant']).default('tenant').meta({ description: 'Whose days they are; hours are always those of UTC' }),
        }),
        response: { 200: flowShape, ...problems() },
      },
      config: { scope: 'operations:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      if (isLimited(tenant))
        throw new Problem(
          403,
          'plan-limited',
          'The account counts every lead, and your plan shows the newest five: upgrade it to see the account.',
        )
      const { by, source } = request.query
      const { from, to } = spanOf(request.query, parts.clock(), by)
      const timeZone = by === 'hour' || request.query.timeZone === 'utc' ? 'UTC' : tenant.timezone
      const { hours, checks } = await reading(parts, async (tx) => ({
        hours: await readFlow(tx, tenant.tenantId, from, to, source),
        checks: (await checkFlow(tx, tenant.tenantId, from, to)).map((check) => ({ ...check, difference: check.counted - check.found })),
      }))
      return {
        from: timeOf(from),
        to: timeOf(to),
        by,
        timeZone,
        equation,
        rows: by === 'hour' ? hours.map(showHour) : byDay(hours, timeZone).map(({ day, ...rest }) => showRow(day, rest, null)),
        total: showSums(hours.reduce(add, noFlow())),
        checks,
        isBalanced: checks.every(({ difference }) => difference === 0),
      }
    },
  )

  app.get(
    '/v1/flow/broadcasts',
    {
      schema: {
        operationId: 'getBroadcastFunnels',
        summary: 'How far the messages of each broadcast came, newest first',
        tags,
        querystring: z.strictObject({ ...spanQuery, limit: z.coerce.number().int().min(1).max(500).default(100) }),
        response: {
          200: z.object({
            broadcasts: z.array(
              z.object({
                broadcastId: z.string().nullable(),
                campaignName: z.string().nullable(),
                templateName: z.string().nullable(),
                firstAt: timeShape,
                sent: z.int(),
                delivered: z.int(),
                read: z.int(),
                failed: z.int().meta({ description: 'Messages that no attempt delivered' }),
              }),
            ),
          }),
          ...problems(),
        },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenantId } = caller(request).tenant
      const { from, to } = spanOf(request.query, parts.clock(), 'day')
      const found = await reading(parts, (tx) => readFunnels(tx, tenantId, new Date(from), new Date(to), request.query.limit))
      return { broadcasts: found.map(({ firstAt, ...rest }) => ({ ...rest, firstAt: timeOf(firstAt) })) }
    },
  )

  app.get(
    '/v1/flow/leads',
    {
      schema: {
        operationId: 'getLeadFigures',
        summary: 'How promising the leads are that were opened in a time, and how soon somebody took them up',
        tags,
        querystring: z.strictObject(spanQuery),
        response: {
          200: z.object({
            leads: z.int(),
            scores: z.array(z.object({ from: z.int(), to: z.int(), leads: z.int() })),
            firstAction: z.object({
              looked: z.int().meta({ description: 'The newest of the leads, ten thousand at most' }),
              acted: z.int().meta({ description: 'Those of them that a person or program has changed' }),
              medianSeconds: z.number().nullable(),
              p90Seconds: z.number().nullable(),
            }),
          }),
          ...problems(),
        },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      const { from, to } = spanOf(request.query, parts.clock(), 'day')
      const figures = await reading(parts, async (tx) => readLeadFigures(tx, tenant.tenantId, await visibleFrom(tx, tenant), from, to))
      const { leads, scores, looked, acted, medianMs, p90Ms } = figures
      return {
        leads,
        scores: scores.map((count, tens) => ({ from: tens * 10, to: tens === scores.length - 1 ? 100 : tens * 10 + 9, leads: count })),
        firstAction: { looked, acted, medianSeconds: seconds(medianMs), p90Seconds: seconds(p90Ms) },
      }
    },
  )
}

const seconds = (ms: number | null) => (ms === null ? null : ms / 1000)

// Rounded up, times behind this have no form that the document knows.
const latest = Date.UTC(9999, 0, 1)

/** The time asked for, in whole hours. */
function spanOf(
  query: { from?: string | undefined; to?: string | undefined },
  now: Date,
  by: 'hour' | 'day',
): { from: number; to: number } {
  const to = Math.ceil((query.to === undefined ? now.getTime() : Date.parse(query.to)) / hourMs) * hourMs
  const from =
    query.from === undefined ? to - (by === 'hour' ? 24 : 30 * 24) * hourMs : Math.floor(Date.parse(query.from) / hourMs) * hourMs
  if (from < 0 || to > latest)
    throw new Problem(400, 'request-invalid', 'The time asked for is before 1970 or behind the year 9998: ask for one in between.', [
      { field: query.to === undefined ? 'querystring.from' : 'querystring.to', message: 'is too far away' },
    ])
  if (!(from < to))
    throw new Problem(400, 'request-invalid', 'The time asked for ends before it begins.', [
      { field: 'querystring.from', message: 'is not before to' },
    ])
  if (to - from > mostDays[by] * 24 * hourMs)
    throw new Problem(400, 'request-invalid', `At most ${mostDays[by]} days by ${by}: ask for less, or by day.`, [
      { field: 'querystring.from', message: 'is too early' },
    ])
  return { from, to }
}

const showHour = ({ hourAt, ...rest }: FlowHour) =>
  showRow(timeOf(hourAt), rest, `/v1/dead-letters?state=any&from=${timeOf(hourAt)}&to=${timeOf(hourAt + hourMs)}`)

const showRow = (at: string, { source, ...rest }: FlowSums & { source: string }, deadLetters: string | null) => ({
  at,
  source,
  ...showSums(rest),
  deadLetters: rest.parked > 0 ? deadLetters : null,
})

const showSums = (flow: FlowSums) => ({ ...flow, received: receivedIn(flow) })

function add(sum: FlowSums, hour: FlowSums): FlowSums {
  for (const outcome of flowOutcomes) sum[outcome] += hour[outcome]
  return sum
}
