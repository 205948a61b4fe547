import * as client from 'openid-client'

/** The provider at which people sign in, one for the installation. `publicUrl` is where they come back to. */
export type OpenIdSettings = { issuer: string; clientId: string; clientSecret: string; publicUrl: string }

/** What the browser keeps between going to the provider and coming back: proof that the answer belongs to this browser's own question. */
export type OpenIdJourney = { tenantSlug: string; state: string; nonce: string; verifier: string; returnTo: string }

/** Who came back. `email` only when the provider says that it has verified it. */
export type OpenIdPerson = { issuer: string; subject: string; email: string | undefined }

export type OpenIdProvider = {
  /** Where to send the browser, and what it keeps meanwhile. Throws when the provider does not answer. */
  begin(tenantSlug: string, returnTo: string): Promise<{ redirectTo: string; journey: OpenIdJourney }>
  /** Who came back with `query`. Throws when the answer is not one to this journey, or the provider's word does not hold. */
  finish(query: string, journey: OpenIdJourney): Promise<OpenIdPerson>
}

export const openIdCallbackPath = '/v1/open-id/callback'
const answerSeconds = 10

/**
 * OpenID Connect, code flow with PKCE, state and nonce; the signature of the ID token is checked although it came over TLS. Asks the provider for its addresses when first used, so that
 * a provider that is away keeps nobody with a password out.
 */
export function createOpenIdProvider({ issuer, clientId, clientSecret, publicUrl }: OpenIdSettings): OpenIdProvider {
  const callback = new URL(openIdCallbackPath, publicUrl)
  let known: Promise<client.Configuration> | undefined
  const discover = () => {
    const found = (known ??= client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute: [client.enableNonRepudiationChecks, ...(isThisMachine(issuer) ? [client.allowInsecureRequests] : [])],
      timeout: answerSeconds,
    }))
    found.catch(() => (known = undefined))
    return found
  }
  return {
    begin: async (tenantSlug, returnTo) => {
      const journey: OpenIdJourney = {
        tenantSlug,
        returnTo,
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const redirect = client.buildAuthorizationUrl(await discover(), {
        redirect_uri: callback.href,
        scope: 'openid email',
        state: journey.state,
        nonce: journey.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(journey.verifier),
        code_challenge_method: 'S256',
      })
      return { redirectTo: redirect.href, journey }
    },
    finish: async (query, { state, nonce, verifier }) => {
      const answer = new URL(callback)
      answer.search = query
      const configuration = await discover()
      const tokens = await client.authorizationCodeGrant(configuration, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new Error('the provider sent no ID token')
      // Some providers tell the address at the user info endpoint only.
      const facts = claims['email'] === undefined ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : claims
      const { email, email_verified: isVerified } = facts
      return { issuer: claims.iss, subject: claims.sub, email: typeof email === 'string' && isVerified === true ? email : undefined }
    },
  }
}

/** Plain HTTP is for a provider on this machine, as in tests; over a network it would hand the client secret to anybody on the way. */
function isThisMachine(issuer: string): boolean {
  return /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:|\/|$)/.test(issuer)
}
