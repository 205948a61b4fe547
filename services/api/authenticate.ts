import type { FastifyRequest } from 'fastify'
import type { Principal } from '../accounts/principal.ts'
import { readTenant, type Tenant } from '../leads/tenants.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import { expectOwnOrigin } from './cross-site.ts'
import type { Api, ApiParts, Credentials } from './api-parts.ts'
import { Problem } from './problem.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets nobody through without the scope that the route names. The tenant comes from the credential only, never from what a request says. A route that names no scope is
 * a mistake of ours and does not get registered.
 */
export function authenticate(app: Api, { db, identify, publicUrl }: ApiParts): void {
  app.decorateRequest('principal', null)
  app.decorateRequest('tenant', null)
  app.addHook('onRoute', (route) => {
    // The document's pages are not ours to give a scope; anybody may read what the API can do.
    if (route.url === '/docs' || route.url.startsWith('/docs/')) route.config = { ...route.config, scope: 'public' }
    if (route.config?.scope === undefined) throw new Error(`the route ${String(route.method)} ${route.url} names no scope`)
  })
  app.addHook('onRequest', async (request) => {
    const { scope } = request.routeOptions.config
    if (request.is404) return
    const { headers, method } = request
    if (scope === 'public') {
      // Nobody is signed in, but a page of another site could sign somebody in as somebody else.
      if (!safeMethods.has(method)) expectOwnOrigin({ origin: headers.origin, host: headers.host }, publicUrl)
      return
    }
    const principal = await identify(credentialsOf(request))
    if (principal === undefined) throw new Problem(401, 'not-signed-in', 'Sign in, or send a valid API token as `Authorization: Bearer …`.')
    if (scope === undefined || (scope !== 'signed-in' && !principal.scopes.has(scope)))
      throw new Problem(
        403,
        'scope-missing',
        `This needs the scope ${scope}, which ${principal.kind === 'token' ? 'the token' : 'your role'} does not have.`,
      )
    request.principal = principal
    request.tenant = await readTenant(transactionOn(db), principal.tenantId)
  })
}

/** What a request brings to say who it is from. */
export function credentialsOf({ headers, method }: FastifyRequest): Credentials {
  return {
    authorization: headers.authorization,
    cookie: headers.cookie,
    csrfToken: typeof headers['x-csrf-token'] === 'string' ? headers['x-csrf-token'] : undefined,
    origin: headers.origin,
    host: headers.host,
    isSafe: safeMethods.has(method),
  }
}

/** Who asks, and their tenant. Throws on public routes: those know nobody. */
export function caller({ principal, tenant }: FastifyRequest): { principal: Principal; tenant: Tenant } {
  if (principal === null || tenant === null) throw new Error('a public route asked who calls')
  return { principal, tenant }
}
