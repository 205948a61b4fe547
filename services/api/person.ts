import type { FastifyReply } from 'fastify'
import { Problem } from './problem.ts'

/** `who`, when it is a person. */
export function expectPerson<Who extends { kind: 'user' | 'token' }>(principal: Who): Who {
  if (principal.kind !== 'user') throw new Problem(403, 'people-only', 'A token has no session: sign in as a person.')
  return principal
}

/** What one is told who has to wait, with the header that says how long. */
export function throttled(reply: FastifyReply, retryAfterMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  void reply.header('retry-after', String(seconds))
  return new Problem(
    429,
    'sign-in-throttled',
    `Too many wrong attempts: try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, or ask for a new password.`,
  )
}
