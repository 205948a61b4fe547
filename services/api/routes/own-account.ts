import { z } from 'zod'
import { changePassword } from '../../accounts/take-account.ts'
import { changeUser } from '../../accounts/users.ts'
import { guarded, inTransaction } from '../account-parts.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { caller } from '../authenticate.ts'
import { expectPerson, throttled } from '../person.ts'
import { problems } from '../problem.ts'
import { nameShape, passwordShape, sessionShape, showUser, userShape } from '../shapes/access.ts'
import { writing } from '../transactions.ts'
import { startSession } from './session.ts'

const tags = ['session']

/** What everybody changes of his own account, whatever his role. */
export function ownAccountRoutes(app: Api, parts: ApiParts): void {
  app.put(
    '/v1/session/name',
    {
      schema: {
        operationId: 'changeOwnName',
        summary: 'Change the name that others read',
        tags,
        body: z.strictObject({ name: nameShape }),
        response: { 200: userShape, ...problems(422) },
      },
      config: { scope: 'signed-in' },
    },
    async (request, reply) => {
      const { id } = expectPerson(caller(request).principal)
      return await writing(request, reply, parts, async ({ tx, tenant, principal, now }) =>
        showUser(await changeUser(tx, principal, { tenantId: tenant.tenantId, id, change: request.body }, now)),
      )
    },
  )

  app.put(
    '/v1/session/password',
    {
      schema: {
        operationId: 'changePassword',
        summary: 'Change your password; signs you out everywhere else',
        tags,
        body: z.strictObject({ current: passwordShape, password: passwordShape }),
        response: { 200: sessionShape, ...problems(422) },
      },
      config: { ...guarded(parts), scope: 'signed-in' },
    },
    async (request, reply) => {
      const principal = expectPerson(caller(request).principal)
      const result = await changePassword(inTransaction(parts), { principal, ...request.body, now: parts.clock() })
      if (result.result === 'throttled') throw throttled(reply, result.retryAfterMs)
      return await startSession(parts, reply, result.cookie)
    },
  )
}
