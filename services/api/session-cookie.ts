import type { FastifyReply } from 'fastify'
import { sessionMs } from '../accounts/sessions.ts'

const name = 'tributary_session'

/** The session's cookie in the header Cookie; undefined when there is none. */
export function sessionCookieIn(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /(?:^|;\s*)tributary_session=([\w-]+)/.exec(header)?.[1]
}

/** Gives the browser its session. HttpOnly: no script reads it. Lax: another site's forms do not send it, links into a mail or chat do. */
export function setSessionCookie(reply: FastifyReply, cookie: string, publicUrl: string): void {
  void reply.setCookie(name, cookie, { ...attributes(publicUrl), maxAge: sessionMs / 1000 })
}

export function clearSessionCookie(reply: FastifyReply, publicUrl: string): void {
  void reply.clearCookie(name, attributes(publicUrl))
}

const attributes = (publicUrl: string) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'lax' as const,
  secure: new URL(publicUrl).protocol === 'https:',
})
