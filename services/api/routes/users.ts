import { z } from 'zod'
import { createSession } from '../../accounts/sessions.ts'
import { listUsers, type User } from '../../accounts/user-store.ts'
import { addUser, changeUser, inviteAgain } from '../../accounts/users.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { problems } from '../problem.ts'
import { setSessionCookie } from '../session-cookie.ts'
import { emailShape, invitationShape, nameShape, roleShape, showInvitation, showUser, userShape } from '../shapes/access.ts'
import { idShape } from '../shapes/common.ts'
import { reading, writing } from '../transactions.ts'
import type { FastifyRequest } from 'fastify'

const tags = ['users']
const params = z.object({ userId: idShape })

/** The people of the tenant. */
export function userRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/users',
    {
      schema: {
        operationId: 'listUsers',
        summary: 'Everybody of the team, by name',
        tags,
        response: { 200: z.object({ users: z.array(userShape) }), ...problems() },
      },
      config: { scope: 'users:read' },
    },
    async (request) => {
      const { tenant } = caller(request)
      return { users: (await reading(parts, (tx) => listUsers(tx, tenant.tenantId))).map(showUser) }
    },
  )

  app.post(
    '/v1/users',
    {
      schema: {
        operationId: 'inviteUser',
        summary: 'Invite somebody by mail',
        tags,
        body: z.strictObject({ email: emailShape, name: nameShape, role: roleShape }),
        response: { 201: invitationShape, ...problems(409, 422) },
      },
      config: { scope: 'users:write' },
    },
    async (request, reply) => {
      void reply.code(201)
      const made: { invitation?: Invitation } = {}
      const shown = await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        made.invitation = await addUser(tx, principal, { tenantId: tenant.tenantId, ...request.body }, now)
        return showUser(made.invitation.user)
      })
      return showInvitation(shown, await mailed(parts, request, made.invitation))
    },
  )

  app.post(
    '/v1/users/:userId/invitation',
    {
      schema: {
        operationId: 'inviteAgain',
        summary: 'Send an invitation again; the link of the one before opens nothing any more',
        tags,
        params,
        response: { 200: invitationShape, ...problems(404, 409, 422) },
      },
      config: { scope: 'users:write' },
    },
    async (request, reply) => {
      const made: { invitation?: Invitation } = {}
      const shown = await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        made.invitation = await inviteAgain(tx, principal, tenant.tenantId, request.params.userId, now)
        return showUser(made.invitation.user)
      })
      return showInvitation(shown, await mailed(parts, request, made.invitation))
    },
  )

  app.patch(
    '/v1/users/:userId',
    {
      schema: {
        operationId: 'changeUser',
        summary: 'Change name or role, or keep somebody out; what is left out stays',
        tags,
        params,
        body: z.strictObject({ name: nameShape.optional(), role: roleShape.optional(), disabled: z.boolean().optional() }),
        response: { 200: userShape, ...problems(404, 409, 422) },
      },
      config: { scope: 'users:write' },
    },
    async (request, reply) => {
      const { userId } = request.params
      const own: { cookie?: string } = {}
      const shown = await writing(request, reply, parts, async ({ tx, tenant, principal, now }) => {
        const user = await changeUser(tx, principal, { tenantId: tenant.tenantId, id: userId, change: request.body }, now)
        // A change of role ends all sessions of the user: whoever changes his own goes on in a new one, with a new CSRF token.
        if (principal.kind === 'user' && userId === principal.id && user.role !== principal.role && user.state === 'enabled')
          own.cookie = await createSession(tx, user, now)
        return showUser(user)
      })
      if (own.cookie !== undefined) setSessionCookie(reply, own.cookie, parts.publicUrl)
      return shown
    },
  )
}

type Invitation = { user: User; ticket: string }

/** Sends the invitation, after the commit; undefined when there is none because the request was a repeated one. */
async function mailed({ accounts }: ApiParts, request: FastifyRequest, invitation: Invitation | undefined) {
  if (invitation === undefined) return undefined
  const { principal, tenant } = caller(request)
  return await accounts.mails.sendInvitation(invitation.user.email, {
    tenantName: tenant.name,
    invitedBy: principal.name,
    ticket: invitation.ticket,
  })
}
