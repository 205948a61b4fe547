import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { endSession, endSessionsOf, findSession } from '../../accounts/sessions.ts'
import { signIn } from '../../accounts/sign-in.ts'
import { findUser } from '../../accounts/user-store.ts'
import { readTenant } from '../../leads/tenants.ts'
import { guarded, inTransaction } from '../account-parts.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { expectPerson, throttled } from '../person.ts'
import { Problem, problems } from '../problem.ts'
import { clearSessionCookie, sessionCookieIn, setSessionCookie } from '../session-cookie.ts'
import { emailShape, passwordShape, sessionShape, showSession, slugShape } from '../shapes/access.ts'
import { noContent } from '../shapes/common.ts'
import { reading } from '../transactions.ts'

const tags = ['session']

/** A person comes in, asks who they are, and goes. */
export function sessionRoutes(app: Api, parts: ApiParts): void {
  app.post(
    '/v1/session',
    {
      schema: {
        operationId: 'signIn',
        summary: 'Sign in; the answer sets the session cookie',
        tags,
        body: z.strictObject({ tenant: slugShape, email: emailShape, password: passwordShape }),
        response: { 200: sessionShape, ...problems() },
      },
      config: guarded(parts),
    },
    async (request, reply) => {
      const { tenant: tenantSlug, email, password } = request.body
      const previousCookie = sessionCookieIn(request.headers.cookie)
      const now = parts.clock()
      const result = await signIn(inTransaction(parts), { tenantSlug, email, password, address: request.ip, previousCookie }, now)
      if (result.result === 'throttled') throw throttled(reply, result.retryAfterMs)
      if (result.result === 'refused')
        throw new Problem(
          401,
          'sign-in-refused',
          'Tenant, address and password do not belong together: check them, or ask for a new password.',
        )
      return await startSession(parts, reply, result.cookie)
    },
  )

  app.get(
    '/v1/session',
    {
      schema: {
        operationId: 'getSession',
        summary: 'Who you are and what you may do',
        tags,
        response: { 200: sessionShape, ...problems() },
      },
      config: { scope: 'signed-in' },
    },
    async (request) => {
      const { principal, tenant } = caller(request)
      if (principal.kind === 'token') return showSession({ principal, tenant, email: null, session: undefined })
      return await showOwnSession(parts, sessionCookieIn(request.headers.cookie) ?? '')
    },
  )

  app.delete(
    '/v1/session',
    {
      schema: {
        operationId: 'signOut',
        summary: 'Sign out, here or everywhere',
        tags,
        querystring: z.strictObject({ everywhere: z.enum(['true', 'false']).default('false') }),
        response: { 204: noContent, ...problems() },
      },
      config: { scope: 'signed-in' },
    },
    async (request, reply) => {
      const principal = expectPerson(caller(request).principal)
      await inTransaction(parts)(async (tx) => {
        await endSession(tx, sessionCookieIn(request.headers.cookie) ?? '')
        if (request.query.everywhere === 'true') await endSessionsOf(tx, principal)
      })
      clearSessionCookie(reply, parts.publicUrl)
      void reply.code(204)
      return null
    },
  )
}

/** Gives the browser the session `cookie` and answers who has come in. */
export async function startSession(parts: ApiParts, reply: FastifyReply, cookie: string): Promise<z.input<typeof sessionShape>> {
  setSessionCookie(reply, cookie, parts.publicUrl)
  return await showOwnSession(parts, cookie)
}

async function showOwnSession(parts: ApiParts, cookie: string): Promise<z.input<typeof sessionShape>> {
  return await reading(parts, async (tx) => {
    const session = await findSession(tx, cookie, parts.clock())
    if (session === undefined) throw new Problem(401, 'not-signed-in', 'The session has ended: sign in again.')
    const { principal } = session
    const user = await findUser(tx, principal.tenantId, principal.id)
    return showSession({ principal, tenant: await readTenant(tx, principal.tenantId), email: user?.email ?? null, session })
  })
}
