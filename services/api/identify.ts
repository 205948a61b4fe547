import type { Knex } from 'knex'
import { findTokenHolder } from '../accounts/api-tokens.ts'
import { findSession, isCsrfToken } from '../accounts/sessions.ts'
import { findUser, isAgent } from '../accounts/user-store.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import type { ApiParts, Identify } from './api-parts.ts'
import { expectOwnOrigin } from './cross-site.ts'
import { Problem } from './problem.ts'
import { sessionCookieIn } from './session-cookie.ts'

type Surroundings = { db: Knex; clock(): Date; publicUrl: string }

/**
 * Finds out who asks. A token goes before a cookie: who sends one means it. A session that writes has to show its CSRF token and to come from a page of ours; a token need not, because
 * no browser sends it by itself.
 */
export function createIdentify({ db, clock, publicUrl }: Surroundings): Identify {
  const tx = transactionOn(db)
  return async ({ authorization, cookie, csrfToken, origin, host, isSafe, isOnlyLooking = false }) => {
    if (authorization !== undefined) {
      const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1]
      return token === undefined ? undefined : await findTokenHolder(tx, token, clock())
    }
    const given = sessionCookieIn(cookie)
    const session = given === undefined ? undefined : await findSession(tx, given, clock(), isOnlyLooking ? 'look' : 'use')
    if (session === undefined || isSafe) return session?.principal
    expectOwnOrigin({ origin, host }, publicUrl)
    if (!isCsrfToken(session, csrfToken ?? ''))
      throw new Problem(403, 'csrf-token-wrong', 'Send the csrfToken that GET /v1/session answers as the header x-csrf-token.')
    return session.principal
  }
}

/** Throws unless a lead can be assigned to this user. */
export function createExpectAgent(db: Knex): ApiParts['expectAgent'] {
  return async (tenantId, userId) => {
    const user = await findUser(transactionOn(db), tenantId, userId)
    if (user === undefined || !isAgent(user))
      throw new Problem(422, 'agent-unknown', 'Nobody with this id can be put in charge of leads: GET /v1/agents lists who can.')
  }
}
