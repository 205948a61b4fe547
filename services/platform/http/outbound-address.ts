import { lookup, Resolver } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What an installation allows requests to addresses that its users typed in. `allowPrivate` is for fleets whose receivers are in the same private network. */
export type OutboundRules = { allowPrivate: boolean }

export type ResolvedAddress = { address: string; family: number }
/** Finds all addresses of a name; that of the operating system unless a test gives another. */
export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>

/** An address that the installation does not let its users send to. The sentence is for the person who typed it. */
export class AddressRefused extends Error {
  readonly code = 'address-refused'
}

/** A name that no name server knows. */
export class AddressUnknown extends Error {
  readonly code = 'address-unknown'
}

/**
 * Reads an address that a user typed, as browsers do (WHATWG URL: `https://2130706433`, `https://0x7f.1` and `https://１２７.0.0.1` all become 127.0.0.1). Only https, no user
 * and password, port 443 or one above 1023, no fragment; a literal address must be a public one. Throws AddressRefused with a sentence that says what to change.
 */
export function parseOutboundUrl(text: string, { allowPrivate }: OutboundRules): URL {
  if (text.length > 2000) throw new AddressRefused('The address is longer than 2000 characters.')
  if (!URL.canParse(text)) throw new AddressRefused('This is no address of the form https://host/path.')
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    throw new AddressRefused('The address must begin with https://.')
  if (url.username !== '' || url.password !== '')
    throw new AddressRefused('The address must not hold a user or password; check the signature instead.')
  if (url.hash !== '') throw new AddressRefused('The address must not have a part behind #: it is never sent.')
  const port = Number(url.port === '' ? 443 : url.port)
  if (!allowPrivate && port !== 443 && port < 1024) throw new AddressRefused('The port must be 443 or one from 1024 on.')
  const literal = literalOf(url.hostname)
  if (literal !== undefined) assertAllowed(literal, { allowPrivate })
  return url
}

/**
 * All addresses that a request to `hostname` could go to. Throws AddressRefused when one of them is not allowed: a name that has a public and a private address is refused whole.
 * Throws AddressUnknown when the name has none.
 */
export async function resolveOutbound(
  hostname: string,
  rules: OutboundRules,
  resolve: Resolve = rules.allowPrivate ? askSystem : askNameServers,
): Promise<ResolvedAddress[]> {
  const literal = literalOf(hostname)
  const found = literal === undefined ? await resolveOrRefuse(hostname, resolve) : [{ address: literal, family: isIPv6(literal) ? 6 : 4 }]
  for (const { address } of found) assertAllowed(address, rules)
  return found
}

/** Throws AddressRefused unless a request may go to this literal address. */
export function assertAllowed(address: string, { allowPrivate }: OutboundRules): void {
  if (!allowPrivate && !isPublicAddress(address))
    throw new AddressRefused(
      'The host is in a private or reserved network. Give the address of a host that is reachable from the internet.',
    )
}

// Azure's host agent: public by its number, and yet answered by the machine's own host (https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16).
const hostAgents = new Set(['168.63.129.16'])
// IANA has given out only 2000::/3 as global unicast (RFC 4291, section 2.4); what lies outside is special or not yet anybody's.
const globalUnicast = ipaddr.IPv6.parse('2000::')

/** Whether `address` is a public unicast one: not loopback, private, link-local, shared (CGNAT), multicast, reserved, for documentation, or one that hides an IPv4 address. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || hostAgents.has(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast, 3)
}

function literalOf(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return isIP(bare) === 0 ? undefined : bare
}

async function resolveOrRefuse(hostname: string, resolve: Resolve): Promise<ResolvedAddress[]> {
  let found: ResolvedAddress[]
  try {
    found = await resolve(hostname)
  } catch (cause) {
    throw new AddressUnknown('No name server knows the host of this address.', { cause })
  }
  if (found.length === 0) throw new AddressUnknown('The host of this address has no address.')
  return found
}

/** As this machine resolves names, its hosts file and search domains included: names inside are known only there. */
const askSystem: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true })

/**
 * Asks the name servers. The system's resolver would do it in one of the process's four threads (libuv), and a few names whose server never answers would hold them all, for
 * every other connection of the process too.
 */
const askNameServers: Resolve = async (hostname) => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  if (four.status === 'rejected' && six.status === 'rejected') throw four.reason
  return [
    ...(four.status === 'fulfilled' ? four.value : []).map((address) => ({ address, family: 4 })),
    ...(six.status === 'fulfilled' ? six.value : []).map((address) => ({ address, family: 6 })),
  ]
}
