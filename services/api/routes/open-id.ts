import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { openIdCallbackPath, type OpenIdJourney } from '../../accounts/open-id-provider.ts'
import { signInByOpenId } from '../../accounts/open-id.ts'
import { guarded, inTransaction } from '../account-parts.ts'
import type { Api, ApiParts } from '../api-parts.ts'
import { problems } from '../problem.ts'
import { sessionCookieIn, setSessionCookie } from '../session-cookie.ts'
import { slugShape } from '../shapes/access.ts'

const tags = ['session']
const journeyCookie = 'tributary_open_id'
const journeySeconds = 600
const journeyShape = z.strictObject({
  tenantSlug: slugShape,
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
})
const elsewhere = z.null().meta({ description: 'Sends the browser on' })

/** Why somebody is back at the sign-in page without being signed in; the console has a sentence for each. */
type OpenIdFailure = 'open-id-off' | 'open-id-away' | 'open-id-refused' | 'open-id-unverified' | 'open-id-unknown'

/** Signing in at an OpenID Connect provider. A browser walks through these, so each failure leads back to the sign-in page and says why there. */
export function openIdRoutes(app: Api, parts: ApiParts): void {
  const { openId } = parts.accounts
  const path = '/v1/open-id'
  const attributes = { path, httpOnly: true, sameSite: 'lax' as const, secure: new URL(parts.publicUrl).protocol === 'https:' }
  const back = (reply: FastifyReply, error: OpenIdFailure) => reply.redirect(new URL(`/sign-in?error=${error}`, parts.publicUrl).href, 302)

  app.get(
    path,
    {
      schema: {
        operationId: 'getOpenId',
        summary: 'Whether people can sign in at an OpenID Connect provider',
        tags,
        response: { 200: z.object({ available: z.boolean() }), ...problems() },
      },
      config: { scope: 'public' },
    },
    async () => ({ available: openId !== undefined }),
  )

  app.get(
    `${path}/start`,
    {
      schema: {
        operationId: 'startOpenId',
        summary: 'Sends the browser to the OpenID Connect provider',
        tags,
        querystring: z.strictObject({
          tenant: slugShape,
          returnTo: z.string().max(2_000).default('/').meta({ description: 'Path of the page to open afterwards' }),
        }),
        response: { 302: elsewhere, ...problems() },
      },
      config: guarded(parts),
    },
    async (request, reply) => {
      if (openId === undefined) return back(reply, 'open-id-off')
      const { tenant, returnTo } = request.query
      const begun = await openId.begin(tenant, ownPath(returnTo)).catch((error: unknown) => {
        parts.log.warn({ err: error, request: request.id }, 'the OpenID provider does not answer as it should')
        return undefined
      })
      if (begun === undefined) return back(reply, 'open-id-away')
      const kept = Buffer.from(JSON.stringify(begun.journey)).toString('base64url')
      return reply.setCookie(journeyCookie, kept, { ...attributes, maxAge: journeySeconds }).redirect(begun.redirectTo, 302)
    },
  )

  app.get(
    openIdCallbackPath,
    {
      schema: {
        operationId: 'finishOpenId',
        summary: 'Where the provider sends the browser back to',
        tags,
        querystring: z.looseObject({ code: z.string().optional(), state: z.string().optional() }),
        response: { 302: elsewhere, ...problems() },
      },
      config: guarded(parts),
    },
    async (request, reply) => {
      const journey = journeyIn(request.cookies[journeyCookie])
      void reply.clearCookie(journeyCookie, attributes)
      if (openId === undefined || journey === undefined) return back(reply, openId === undefined ? 'open-id-off' : 'open-id-refused')
      const query = new URL(request.url, parts.publicUrl).search
      const person = await openId.finish(query, journey).catch((error: unknown) => {
        parts.log.warn({ reason: reasonOf(error), request: request.id }, 'a sign-in at the OpenID provider did not hold')
        return undefined
      })
      if (person === undefined) return back(reply, 'open-id-refused')
      const wanted = { tenantSlug: journey.tenantSlug, person, previousCookie: sessionCookieIn(request.headers.cookie) }
      const result = await inTransaction(parts)((tx) => signInByOpenId(tx, wanted, parts.clock()))
      if (result.result !== 'signed-in') return back(reply, `open-id-${result.result}`)
      setSessionCookie(reply, result.cookie, parts.publicUrl)
      return reply.redirect(new URL(ownPath(journey.returnTo), parts.publicUrl).href, 302)
    },
  )
}

/** `path` when it stays on our own site, else the first page: a link that signs in must not lead to a page that asks for the password again. */
export function ownPath(path: string): string {
  const base = 'https://tributary.invalid'
  if (!path.startsWith('/') || !URL.canParse(path, base)) return '/'
  const url = new URL(path, base)
  // `/..//x.example` comes out as `//x.example`, which a browser takes for another host.
  return url.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/'
}

function journeyIn(cookie: string | undefined): OpenIdJourney | undefined {
  try {
    return journeyShape.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8')))
  } catch {
    return undefined
  }
}

// The library's errors hold what the provider has answered, which can name the person: only their code is logged.
const reasonOf = (error: unknown) => (error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'unknown')
