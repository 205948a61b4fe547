import { z } from 'zod'
import { acceptInvitation, requestReset, resetPassword } from '../../accounts/take-account.ts'
import { readTicket } from '../../accounts/tickets.ts'
import { readTenant } from '../../leads/tenants.ts'
import { guarded, inTransaction } from '../account-parts.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { problems } from '../problem.ts'
import { emailShape, passwordShape, sessionShape, slugShape, ticketShape } from '../shapes/access.ts'
import { noContent } from '../shapes/common.ts'
import { reading } from '../transactions.ts'
import { startSession } from './session.ts'

const tags = ['session']

/** People take up an invitation, or choose a new password because they forgot theirs. Tickets travel in bodies, never in addresses, which end up in logs. */
export function invitationRoutes(app: Api, parts: ApiParts): void {
  app.post(
    '/v1/invitations/preview',
    {
      schema: {
        operationId: 'previewInvitation',
        summary: 'Whom an invitation is for; does not use it up',
        tags,
        body: z.strictObject({ ticket: ticketShape }),
        response: {
          200: z.object({ email: z.string(), name: z.string(), tenant: z.object({ slug: z.string(), name: z.string() }) }),
          ...problems(410),
        },
      },
      config: guarded(parts),
    },
    async (request) =>
      await reading(parts, async (tx) => {
        const { email, name, tenantId } = await readTicket(tx, request.body.ticket, 'invitation', parts.clock())
        const tenant = await readTenant(tx, tenantId)
        return { email, name, tenant: { slug: tenant.slug, name: tenant.name } }
      }),
  )

  app.post(
    '/v1/invitations/acceptance',
    {
      schema: {
        operationId: 'acceptInvitation',
        summary: 'Take up an invitation: choose a password and be signed in',
        tags,
        body: z.strictObject({ ticket: ticketShape, password: passwordShape }),
        response: { 200: sessionShape, ...problems(410, 422) },
      },
      config: guarded(parts),
    },
    async (request, reply) => {
      const { cookie } = await acceptInvitation(inTransaction(parts), { ...request.body, now: parts.clock() })
      return await startSession(parts, reply, cookie)
    },
  )

  app.post(
    '/v1/password-resets',
    {
      schema: {
        operationId: 'requestPasswordReset',
        summary: 'Ask for a mail with a link to choose a new password; the answer is the same whether there is such an account or not',
        tags,
        body: z.strictObject({ tenant: slugShape, email: emailShape }),
        response: { 202: z.object({ detail: z.string() }), ...problems() },
      },
      config: guarded(parts),
    },
    async (request, reply) => {
      const { tenant, email } = request.body
      // Not waited for: the time that it takes would tell who has an account.
      void sendReset(parts, { tenantSlug: tenant, email }).catch((error: unknown) =>
        parts.log.warn({ err: error, request: request.id }, 'a mail with a link to a new password could not be made'),
      )
      void reply.code(202)
      return { detail: 'If there is such an account, a mail is on its way. It works for an hour.' }
    },
  )

  app.post(
    '/v1/password-resets/confirmation',
    {
      schema: {
        operationId: 'confirmPasswordReset',
        summary: 'Choose a new password with the link of the mail; ends all sessions, sign in afterwards',
        tags,
        body: z.strictObject({ ticket: ticketShape, password: passwordShape }),
        response: { 204: noContent, ...problems(410, 422) },
      },
      config: guarded(parts),
    },
    async (request, reply) => {
      await resetPassword(inTransaction(parts), { ...request.body, now: parts.clock() })
      void reply.code(204)
      return null
    },
  )
}

async function sendReset(parts: ApiParts, wanted: { tenantSlug: string; email: string }): Promise<void> {
  const asked = await inTransaction(parts)((tx) => requestReset(tx, wanted, parts.clock()))
  if (asked === undefined) return
  const tenant = await reading(parts, (tx) => readTenant(tx, asked.user.tenantId))
  const outcome = await parts.accounts.mails.sendReset(asked.user.email, { tenantName: tenant.name, ticket: asked.ticket })
  if (!outcome.sent) parts.log.warn({ user: asked.user.id, reason: outcome.reason }, 'a mail with a link to a new password was not sent')
}
