import { z } from 'zod'
import { appendAudit } from '../../accounts/audit.ts'
import type { Principal } from '../../accounts/principal.ts'
import { uuidOf } from '../../leads/event-identity.ts'
import { deleteExport, listExports, readExport, requestExport, type ExportSelection } from '../../leads/exports.ts'
import { isLimited, shownOnLimitedPlan } from '../../leads/plan.ts'
import { Refusal } from '../../leads/refusal.ts'
import { transactionOn } from '../../platform/mysql/transaction.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { checkFilter } from '../matching-leads.ts'
import { fileHeaders, readFile } from '../exports/read-file.ts'
import { problems } from '../problem.ts'
import { bytesOf, idShape, noContent } from '../shapes/common.ts'
import { escapingShape, exportShape, formatShape, showExport, timeZoneShape } from '../shapes/export.ts'
import { selectionShape } from '../shapes/selection.ts'
import { reading, writing } from '../transactions.ts'

const params = z.object({ exportId: idShape })
const tags = ['exports']
const fileShape = z.unknown().meta({ type: 'string', format: 'binary' })
const config = { scope: 'leads:export' } as const

/** Files of leads, made by the export loop. */
export function exportRoutes(app: Api, parts: ApiParts): void {
  app.post(
    '/v1/exports',
    {
      schema: {
        operationId: 'requestExport',
        summary: 'Have a file of leads made',
        description: 'Answers at once. Ask for the export until its state is `ready`, then read its file; it is kept for a day.',
        tags,
        body: z.strictObject({
          format: formatShape,
          escaping: escapingShape.default('safe'),
          timeZone: timeZoneShape.optional(),
          selection: selectionShape,
        }),
        response: { 202: exportShape, ...problems(409, 422) },
      },
      config,
    },
    async (request, reply) => {
      void reply.code(202)
      return await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        const { format, escaping, timeZone = tenant.timezone } = request.body
        const { selection: asked } = request.body
        const selection: ExportSelection =
          asked.leads === 'listed' ? asked : { leads: 'matching', filter: await checkFilter(tx, tenant, asked.filter, principal) }
        const exportId = await requestExport(tx, tenant, principal.actor, { format, escaping, timeZone, selection }, now)
        const details = { format, escaping, leads: selection.leads }
        await appendAudit(tx, { ...actOf(principal), action: 'export.requested', target: `export:${uuidOf(exportId)}`, details }, now)
        return showExport(await readExport(tx, tenant.tenantId, exportId))
      })
    },
  )

  app.get(
    '/v1/exports',
    {
      schema: {
        operationId: 'listExports',
        summary: 'Exports, newest first',
        tags,
        querystring: z.strictObject({ after: idShape.optional(), limit: z.coerce.number().int().min(1).max(100).default(25) }),
        response: { 200: z.object({ exports: z.array(exportShape), next: idShape.nullable() }), ...problems() },
      },
      config,
    },
    async (request) => {
      const { tenant } = caller(request)
      const { after, limit } = request.query
      const found = await reading(parts, (tx) => listExports(tx, tenant.tenantId, after === undefined ? undefined : bytesOf(after), limit))
      return { exports: found.map(showExport), next: found.length < limit ? null : (found.at(-1)?.exportId ?? null) }
    },
  )

  app.get(
    '/v1/exports/:exportId',
    {
      schema: {
        operationId: 'readExport',
        summary: 'How far an export is, and what its file holds',
        tags,
        params,
        response: { 200: exportShape, ...problems(404) },
      },
      config,
    },
    async (request) => {
      const { tenant } = caller(request)
      return showExport(await reading(parts, (tx) => readExport(tx, tenant.tenantId, bytesOf(request.params.exportId))))
    },
  )

  app.get(
    '/v1/exports/:exportId/file',
    {
      schema: {
        operationId: 'readExportFile',
        summary: 'The file of an export that is ready',
        description:
          'Headers say what the file holds: Repr-Digest, X-Export-Rows, X-Export-Snapshot-At, X-Export-Time-Zone, X-Export-Escaping; Link names the whole manifest.',
        tags,
        params,
        response: {
          200: {
            description: 'The file',
            content: {
              'text/csv': { schema: fileShape },
              'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: fileShape },
            },
          },
          ...problems(404, 409),
        },
      },
      config,
    },
    async (request, reply) => {
      const { tenant, principal } = caller(request)
      const exportId = bytesOf(request.params.exportId)
      const tx = transactionOn(parts.db)
      const found = await readExport(tx, tenant.tenantId, exportId)
      if (found.state !== 'ready' || found.manifest === null)
        throw new Refusal('export-not-ready', `The export is ${found.state}: it has no file that could be read.`)
      if (isLimited(tenant) && found.manifest.rows > shownOnLimitedPlan)
        throw new Refusal('export-not-ready', 'The file holds leads that the plan does not show any more: ask for a new one.')
      const { rows } = found.manifest
      const act = { ...actOf(principal), action: 'export.read', target: `export:${request.params.exportId}`, details: { rows } } as const
      await appendAudit(tx, act, parts.clock())
      return await reply
        .headers(fileHeaders(request.params.exportId, found.manifest))
        .send(readFile(parts.db, tenant.tenantId, exportId, found.manifest.bytes))
    },
  )

  app.delete(
    '/v1/exports/:exportId',
    {
      schema: {
        operationId: 'deleteExport',
        summary: 'Stop an export, or remove its file',
        tags,
        params,
        response: { 204: noContent, ...problems(404) },
      },
      config,
    },
    async (request, reply) => {
      void reply.code(204)
      await writing(request, reply, parts, async ({ tx, tenant, now }) => {
        await deleteExport(tx, tenant.tenantId, bytesOf(request.params.exportId), now)
        return null
      })
      return null
    },
  )
}

// Who takes leads out of the house stands in the audit log; what they searched for does not.
const actOf = ({ tenantId, actor }: Principal) => ({ tenantId, actor })
