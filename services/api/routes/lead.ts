import { z } from 'zod'
import {
  broadcastsToKeys,
  historyOfLead,
  mailsOfLead,
  otherLeadsOf,
  readVisibleLead,
  scoreLinesOfLead,
  shownKeys,
  submissionsOfLead,
} from '../../leads/lead-detail.ts'
import { followUpsOfLead } from '../../leads/list-follow-ups.ts'
import { notesOfLead } from '../../leads/notes.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { bytesOf, idShape, timeOf, timeOrNull } from '../shapes/common.ts'
import {
  broadcastShape,
  followUpShape,
  historyRowShape,
  leadDetailShape,
  leadShape,
  mailShape,
  noteShape,
  scoreLineShape,
} from '../shapes/lead.ts'
import { showFollowUp, showLeadDetail, showLeadNow } from '../shapes/show-lead.ts'
import { reading } from '../transactions.ts'

const params = z.object({ leadId: idShape })
const etag = (sequence: number) => `"${sequence}"`

/** One lead and all that hangs on it. */
export function leadRoutes(app: Api, parts: ApiParts): void {
  const read = <const Name extends string, Shape extends z.ZodType>(operationId: Name, summary: string, shape: Shape) => ({
    schema: { operationId, summary, tags: ['leads'], params, response: { 200: shape, ...problems(404) } },
    config: { scope: 'leads:read' as const },
  })

  app.get(
    '/v1/leads/:leadId',
    read('getLead', 'A lead whole: contact, transcript, products, follow-up submissions', leadDetailShape),
    async (request, reply) => {
      const { principal, tenant } = caller(request)
      const detail = await reading(parts, async (tx) =>
        showLeadDetail(tx, tenant, principal, await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))),
      )
      void reply.header('etag', etag(detail.sequence))
      return detail
    },
  )

  app.get(
    '/v1/leads/:leadId/history',
    {
      schema: {
        operationId: 'listHistory',
        summary: 'The history of a lead, newest first: what is published to lead.activity and lead.status',
        tags: ['leads'],
        params,
        querystring: z.strictObject({
          before: z.coerce.number().int().min(1).max(4_294_967_295).optional().meta({ description: 'Rows below this sequence' }),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
        response: { 200: z.object({ rows: z.array(historyRowShape), next: z.int().nullable() }), ...problems(404) },
      },
      config: { scope: 'leads:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      const { before, limit } = request.query
      return await reading(parts, async (tx) => {
        const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
        const rows = await historyOfLead(tx, tenant.tenantId, lead.leadId, before ?? lead.sequence + 1, limit)
        const last = rows.at(-1)
        return {
          rows: rows.map(({ details, occurredAt, recordedAt, publishedAt, ...row }) => ({
            ...row,
            occurredAt: timeOf(occurredAt),
            recordedAt: timeOf(recordedAt),
            publishedAt: timeOrNull(publishedAt),
            previousScore: details.previousScore ?? null,
            previousAssignee: details.previousAssignee ?? null,
            followUpId: details.followUpId ?? null,
            noteId: details.noteId ?? null,
          })),
          next: last === undefined || last.sequence === 1 ? null : last.sequence,
        }
      })
    },
  )

  app.get(
    '/v1/leads/:leadId/score',
    read('getScore', 'The score as the sum that it is', z.object({ score: z.int(), lines: z.array(scoreLineShape) })),
    async (request) => {
      const { tenant } = caller(request)
      return await reading(parts, async (tx) => {
        const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
        const lines = await scoreLinesOfLead(tx, tenant.tenantId, lead.leadId)
        return { score: lead.score, lines: lines.map(({ scoredAt, ...line }) => ({ ...line, scoredAt: timeOf(scoredAt) })) }
      })
    },
  )

  app.get(
    '/v1/leads/:leadId/past-leads',
    read('listPastLeads', 'The other leads of the same person, newest first', z.object({ leads: z.array(leadShape) })),
    async (request) => {
      const { tenant } = caller(request)
      return await reading(parts, async (tx) => {
        const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
        const leads = []
        for (const other of await otherLeadsOf(tx, tenant, lead)) leads.push(await showLeadNow(tx, tenant, other))
        return { leads }
      })
    },
  )

  app.get(
    '/v1/leads/:leadId/broadcasts',
    read('listBroadcasts', 'Broadcasts to the person: sent, delivered, read, failed', z.object({ broadcasts: z.array(broadcastShape) })),
    async (request) => {
      const { tenant } = caller(request)
      return await reading(parts, async (tx) => {
        const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
        const keys = await shownKeys(tx, tenant, lead, await submissionsOfLead(tx, tenant.tenantId, lead.leadId))
        const broadcasts = await broadcastsToKeys(
          tx,
          tenant.tenantId,
          keys.map(({ hash }) => hash),
        )
        return {
          broadcasts: broadcasts.map(({ sentAt, deliveredAt, readAt, failedAt, receivedAt, ...rest }) => ({
            ...rest,
            sentAt: timeOrNull(sentAt),
            deliveredAt: timeOrNull(deliveredAt),
            readAt: timeOrNull(readAt),
            failedAt: timeOrNull(failedAt),
            receivedAt: timeOf(receivedAt),
          })),
        }
      })
    },
  )

  app.get(
    '/v1/leads/:leadId/mails',
    read('listMails', 'The mail ledger of a lead: per recipient what became of each mail', z.object({ mails: z.array(mailShape) })),
    async (request) => {
      const { tenant } = caller(request)
      return await reading(parts, async (tx) => {
        const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
        const mails = await mailsOfLead(tx, tenant.tenantId, lead.leadId)
        return {
          mails: mails.map(({ queuedAt, sentAt, ...mail }) => ({ ...mail, queuedAt: timeOf(queuedAt), sentAt: timeOrNull(sentAt) })),
        }
      })
    },
  )

  app.get(
    '/v1/leads/:leadId/notes',
    read('listNotes', 'What people wrote down about a lead, oldest first', z.object({ notes: z.array(noteShape) })),
    async (request) => {
      const { tenant } = caller(request)
      return await reading(parts, async (tx) => {
        const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
        const notes = await notesOfLead(tx, tenant.tenantId, lead.leadId)
        return { notes: notes.map(({ writtenAt, ...note }) => ({ ...note, writtenAt: timeOf(writtenAt) })) }
      })
    },
  )

  app.get(
    '/v1/leads/:leadId/follow-ups',
    read('listFollowUpsOfLead', 'The follow-ups of a lead, the first due first', z.object({ followUps: z.array(followUpShape) })),
    async (request) => {
      const { tenant } = caller(request)
      return await reading(parts, async (tx) => {
        const lead = await readVisibleLead(tx, tenant, bytesOf(request.params.leadId))
        return { followUps: (await followUpsOfLead(tx, tenant.tenantId, lead.leadId, parts.clock())).map(showFollowUp) }
      })
    },
  )
}
