import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createOpenIdProvider, openIdCallbackPath, type OpenIdProvider } from '../../../services/accounts/open-id-provider.ts'
import { browse, startOpenIdProvider, type TestProvider } from '../../support/open-id-provider.ts'

const publicUrl = 'https://leads.shop.example'
const callback = publicUrl + openIdCallbackPath

let theirs: TestProvider
let ours: OpenIdProvider
beforeAll(async () => {
  theirs = await startOpenIdProvider(callback)
  ours = createOpenIdProvider({ ...theirs, publicUrl })
})
afterAll(() => theirs.close())

const queryOf = (address: string) => new URL(address).search

describe('signing in at a provider', () => {
  it('asks with PKCE, state and nonce, and tells who came back', async () => {
    const { redirectTo, journey } = await ours.begin('shop', '/leads')
    const asked = new URL(redirectTo).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      code_challenge_method: 'S256',
      state: journey.state,
      nonce: journey.nonce,
      redirect_uri: callback,
    })
    expect(redirectTo).not.toContain(journey.verifier)
    theirs.person = { subject: randomUUID(), email: 'maria@shop.example', isVerified: true }
    expect(await ours.finish(queryOf(await browse(redirectTo, callback)), journey)).toEqual({
      issuer: theirs.issuer,
      subject: theirs.person.subject,
      email: 'maria@shop.example',
    })
  })

  it('keeps an address that the provider has not verified to itself', async () => {
    const { redirectTo, journey } = await ours.begin('shop', '/')
    theirs.person = { subject: randomUUID(), email: 'victim@shop.example', isVerified: false }
    expect((await ours.finish(queryOf(await browse(redirectTo, callback)), journey)).email).toBeUndefined()
  })

  it('finds the address at the user info endpoint when the ID token has none', async () => {
    const spare = await startOpenIdProvider(callback, { claimsInToken: false })
    try {
      const provider = createOpenIdProvider({ ...spare, publicUrl })
      const { redirectTo, journey } = await provider.begin('shop', '/')
      spare.person = { subject: randomUUID(), email: 'maria@shop.example', isVerified: true }
      expect(await provider.finish(queryOf(await browse(redirectTo, callback)), journey)).toMatchObject({ email: 'maria@shop.example' })
    } finally {
      await spare.close()
    }
  })

  it.each(['state', 'nonce', 'verifier'] as const)('is refused with the %s of another browser', async (what) => {
    const mine = await ours.begin('shop', '/')
    const another = await ours.begin('shop', '/')
    const back = queryOf(await browse(mine.redirectTo, callback))
    await expect(ours.finish(back, { ...mine.journey, [what]: another.journey[what] })).rejects.toThrow()
  })

  it('is refused with a code that was used, made up, or came with an error', async () => {
    const { redirectTo, journey } = await ours.begin('shop', '/')
    const back = queryOf(await browse(redirectTo, callback))
    await ours.finish(back, journey)
    await expect(ours.finish(back, journey)).rejects.toThrow()
    await expect(ours.finish(`?code=made-up&state=${journey.state}&iss=${encodeURIComponent(theirs.issuer)}`, journey)).rejects.toThrow()
    await expect(
      ours.finish(`?error=access_denied&state=${journey.state}&iss=${encodeURIComponent(theirs.issuer)}`, journey),
    ).rejects.toThrow()
    await expect(ours.finish('', journey)).rejects.toThrow()
  })

  it('is refused when the answer says that it comes from another provider', async () => {
    const { redirectTo, journey } = await ours.begin('shop', '/')
    const back = new URL(await browse(redirectTo, callback))
    back.searchParams.set('iss', 'https://evil.example')
    await expect(ours.finish(back.search, journey)).rejects.toThrow()
  })

  it('works once the provider answers again', async () => {
    const away = await startOpenIdProvider(callback)
    const provider = createOpenIdProvider({ ...away, issuer: 'http://127.0.0.1:1', publicUrl })
    await expect(provider.begin('shop', '/')).rejects.toThrow()
    await away.close()
    await expect(createOpenIdProvider({ ...theirs, clientSecret: 'x', publicUrl }).begin('shop', '/')).resolves.toBeDefined()
  })

  it('never takes a plain HTTP provider on another machine', async () => {
    await expect(createOpenIdProvider({ ...theirs, issuer: 'http://id.example', publicUrl }).begin('shop', '/')).rejects.toThrow(/HTTP/i)
  })
})
