import { describe, expect, it } from '@jest/globals'
import {
  AddressRefused,
  AddressUnknown,
  isPublicAddress,
  parseOutboundUrl,
  resolveOutbound,
} from '../../../../services/platform/http/outbound-address.ts'

const guarded = { allowPrivate: false }
const open = { allowPrivate: true }

describe('a public address', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.254',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '2400:cb00::1',
  ])('%s is one', (address) => expect(isPublicAddress(address)).toBe(true))

  it.each([
    ['this host', ['0.0.0.0', '0.1.2.3', '::']],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['private', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255']],
    [
      'link-local, where clouds keep their metadata',
      ['169.254.0.1', '169.254.169.254', '169.254.170.2', 'fe80::1', 'febf::1', 'fe80::a9fe:a9fe'],
    ],
    ['shared (CGNAT), Alibaba metadata', ['100.64.0.1', '100.100.100.200', '100.127.255.255']],
    ['unique local, AWS metadata', ['fc00::1', 'fd00::1', 'fd00:ec2::254', 'fdff::1']],
    ['site-local', ['fec0::1', 'feff::1']],
    ['mapped IPv4', ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '0:0:0:0:0:ffff:a9fe:a9fe']],
    ['compatible and translated IPv4', ['::127.0.0.1', '::7f00:1', '::ffff:0:127.0.0.1']],
    ['NAT64', ['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::a00:1']],
    ['6to4 and Teredo', ['2002:7f00:1::', '2002:a00:1::1', '2001:0:7f00:1::1', '2001:0::1']],
    ['multicast', ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1']],
    [
      'reserved and broadcast',
      ['240.0.0.1', '255.255.255.254', '255.255.255.255', '192.0.0.1', '192.0.0.192', '198.18.0.1', '198.19.255.255', '192.88.99.1'],
    ],
    ['for documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
    ['discard, benchmarking, ORCHID, segment routing', ['100::1', '2001:2::1', '2001:20::1', '2001:10::1', '5f00::1']],
    ['not given out', ['4000::1', '8000::1', 'e000::1', '1fff::1']],
    ['a host agent', ['168.63.129.16']],
    ['no address', ['', 'localhost', '127.1', '2130706433', '0x7f000001', '1.1.1.1.', '::1%lo', 'fe80::1%eth0', '1.1.1.1 ', '1.1.1']],
  ])('%s is none', (_, addresses) => {
    for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false])
  })
})

describe('an address that a user typed', () => {
  it.each([
    'https://shop.example/hooks',
    'https://shop.example:443/hooks?key=1',
    'https://shop.example:8443/',
    'https://bücher.example/',
    'https://1.1.1.1/',
    'https://[2606:4700:4700::1111]/',
    'HTTPS://SHOP.EXAMPLE/',
  ])('%s may be sent to', (text) => expect(parseOutboundUrl(text, guarded).protocol).toBe('https:'))

  it.each([
    ['nothing', ''],
    ['no address', 'shop.example/hooks'],
    ['no host', 'https://'],
    ['http', 'http://shop.example/'],
    ['another scheme', 'ftp://shop.example/'],
    ['a file', 'file:///etc/passwd'],
    ['gopher', 'gopher://shop.example:70/_x'],
    ['data', 'data:text/plain,hello'],
    ['javascript', 'javascript:alert(1)'],
    ['user and password', 'https://user:password@shop.example/'],
    ['a user', 'https://user@shop.example/'],
    ['a host dressed up as a user', 'https://shop.example@127.0.0.1/'],
    ['a backslash that ends the host', 'https://127.0.0.1\\@shop.example/'],
    ['a fragment', 'https://shop.example/#part'],
    ['the port of SSH', 'https://shop.example:22/'],
    ['the port of mail', 'https://shop.example:25/'],
    ['port 80', 'https://shop.example:80/'],
    ['port 0', 'https://shop.example:0/'],
    ['a port too high', 'https://shop.example:65536/'],
    ['loopback', 'https://127.0.0.1/'],
    ['loopback in short', 'https://127.1/'],
    ['loopback in decimal', 'https://2130706433/'],
    ['loopback in hex', 'https://0x7f000001/'],
    ['loopback in hex parts', 'https://0x7f.0x0.0x0.0x1/'],
    ['loopback in octal', 'https://0177.0.0.1/'],
    ['loopback in octal, whole', 'https://017700000001/'],
    ['loopback in full-width digits', 'https://１２７．０．０．１/'],
    ['loopback with the ideographic full stop', 'https://127。0。0。1/'],
    ['loopback in percent signs', 'https://%31%32%37.0.0.1/'],
    ['loopback with a trailing dot', 'https://127.0.0.1./'],
    ['metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['metadata in decimal', 'https://2852039166/'],
    ['zero', 'https://0/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv6 unspecified', 'https://[::]/'],
    ['IPv6 mapped', 'https://[::ffff:127.0.0.1]/'],
    ['IPv6 mapped in hex', 'https://[::ffff:a9fe:a9fe]/'],
    ['IPv6 NAT64', 'https://[64:ff9b::127.0.0.1]/'],
    ['IPv6 with a zone', 'https://[fe80::1%25eth0]/'],
    ['IPv6 unique local', 'https://[fd00:ec2::254]/'],
    ['a wrong number', 'https://256.256.256.256/'],
    ['a newline in the host', 'https://127.0.0.1\n.shop.example@10.0.0.1/'],
    ['one that is too long', `https://shop.example/${'a'.repeat(2000)}`],
  ])('%s is refused', (_, text) => expect(() => parseOutboundUrl(text, guarded)).toThrow(AddressRefused))

  it('may be http, of any port and in a private network where the installation says so; a password is still refused', () => {
    expect(parseOutboundUrl('http://127.0.0.1:80/hooks', open).hostname).toBe('127.0.0.1')
    expect(() => parseOutboundUrl('http://user:password@127.0.0.1/', open)).toThrow(AddressRefused)
    expect(() => parseOutboundUrl('ftp://127.0.0.1/', open)).toThrow(AddressRefused)
  })
})

describe('the name of a host', () => {
  const resolvingTo =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

  it('gives all its addresses when all are public', async () => {
    expect(await resolveOutbound('shop.example', guarded, resolvingTo('1.1.1.1', '2606:4700::1'))).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ])
  })

  it.each([['127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['::ffff:10.0.0.1'], ['2606:4700::1', '::1']])(
    'is refused when one of them is not: %s',
    async (...addresses) => {
      await expect(resolveOutbound('shop.example', guarded, resolvingTo(...addresses))).rejects.toThrow(AddressRefused)
    },
  )

  it('is unknown when it has none, or when no server answers', async () => {
    await expect(resolveOutbound('shop.example', guarded, resolvingTo())).rejects.toThrow(AddressUnknown)
    await expect(resolveOutbound('shop.example', guarded, () => Promise.reject(new Error('ENOTFOUND')))).rejects.toThrow(AddressUnknown)
  })

  it.each(['localhost', 'localhost.', 'LOCALHOST', 'ｌｏｃａｌｈｏｓｔ'])('%s of the machine itself is refused', async (name) => {
    const { hostname } = parseOutboundUrl(`https://${name}/`, guarded)
    await expect(resolveOutbound(hostname, guarded)).rejects.toThrow()
  })

  it('is not looked up when it is an address already', async () => {
    const never = () => Promise.reject(new Error('looked up'))
    expect(await resolveOutbound('[2606:4700::1]', guarded, never)).toEqual([{ address: '2606:4700::1', family: 6 }])
    await expect(resolveOutbound('[::1]', guarded, never)).rejects.toThrow(AddressRefused)
  })
})
