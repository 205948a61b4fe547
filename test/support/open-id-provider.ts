import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from 'oidc-provider'

export type ProviderPerson = { subject: string; email: string; isVerified: boolean }
export type TestProvider = {
  issuer: string
  clientId: string
  clientSecret: string
  /** Who is in front of the browser: the provider lets them in without a question. */
  person: ProviderPerson
  close(): Promise<void>
}

/** A real OpenID provider over HTTP. `claimsInToken`: whether the address stands in the ID token, or at the user info endpoint only. */
export async function startOpenIdProvider(callbackUrl: string, { claimsInToken = true } = {}): Promise<TestProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const test: TestProvider = {
    issuer,
    clientId: 'tributary',
    clientSecret: randomUUID(),
    person: { subject: 'nobody', email: 'nobody@shop.example', isVerified: true },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = await withoutWarnings(
    async () =>
      new (await import('oidc-provider')).Provider(issuer, {
        clients: [
          {
            client_id: test.clientId,
            client_secret: test.clientSecret,
            redirect_uris: [callbackUrl],
            response_types: ['code'],
            grant_types: ['authorization_code'],
          },
        ],
        jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
        cookies: { keys: [randomUUID()] },
        claims: { openid: ['sub'], email: ['email', 'email_verified'] },
        conformIdTokenClaims: !claimsInToken,
        pkce: { required: () => true },
        features: { devInteractions: { enabled: false } },
        interactions: { url: () => '/enter' },
        ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
        findAccount: (_context: Context, accountId: string) => ({
          accountId,
          claims: () => ({ sub: accountId, email: test.person.email, email_verified: test.person.isVerified }),
        }),
        loadExistingGrant: async ({ oidc }: Context) => {
          const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
          grant.addOIDCScope('openid email')
          await grant.save()
          return grant
        },
      }),
  )
  const answer = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/enter') === true)
      void provider.interactionFinished(request, response, { login: { accountId: test.person.subject } })
    else void answer(request, response)
  })
  return test
}

/** A browser that follows redirects and keeps cookies by host, until an address begins with `until`; answers that address. */
export async function browse(from: string, until: string): Promise<string> {
  const jar = new Map<string, string>()
  for (let address = from, steps = 0; steps < 10; steps++) {
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const next = answer.headers.get('location')
    if (next === null) throw new Error(`${address} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`)
    address = new URL(next, address).href
    if (address.startsWith(until)) return address
  }
  throw new Error('the provider sends the browser in circles')
}

// The library warns that it keeps everything in memory, which is what a test wants.
async function withoutWarnings<Result>(work: () => Promise<Result>): Promise<Result> {
  const { console } = globalThis
  const { warn } = console
  console.warn = () => undefined
  try {
    return await work()
  } finally {
    console.warn = warn
  }
}
