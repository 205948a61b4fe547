import type { Random } from '../random.ts'
import type { ReferenceTenant } from './generated-record.ts'

/** Somebody who writes and buys. `number` is different for each person of a generated history. */
export type Person = {
  number: number
  tenant: ReferenceTenant
  name: string
  email: string
  phone: { country: ReferenceTenant['region']; national: string }
  visitorId: string
  whatsappId: string
  orderNumber: string
}

const names = [
  'Ana Souza',
  'José Álvarez',
  'Zoë Müller',
  'Łukasz Żak',
  'محمد علي',
  'שרה כהן',
  '田中さくら',
  '王小明',
  '김서연',
  'Нина Петрова',
  '👩🏽‍🚀 Kim',
  "O'Brien <b>",
  'Bobby "Tables" \\ %_;--',
  'María de los Ángeles Fernández-Gutiérrez y Castillo',
]
const mailboxes = ['ana.souza', 'jose', 'zoe.mueller', 'l.zak', 'm.ali', 'sara', 'sakura', 'wang', 'seoyeon', 'nina', 'kim', 'obrien']
const domains = ['example.com', 'mail.example.org', 'Loja.example', 'correo.example.es']
const callingCodes = { BR: '55', US: '1', ES: '34', DE: '49' }
// A prime spreads neighbours over the numbers of a country; no two people of a history get the same one.
const spread = (number: number, room: number) => (number * 7919 + 104_729) % room

export function makePerson(number: number, tenant: ReferenceTenant, random: Random): Person {
  const country = random.chance(0.7) ? tenant.region : random.pick(['BR', 'US', 'ES', 'DE'] as const)
  return {
    number,
    tenant,
    name: random.pick(names),
    email: `${random.pick(mailboxes)}.${number}@${random.pick(domains)}`,
    phone: { country, national: nationalNumber(country, number) },
    visitorId: `v-${tenant.slug}-${number.toString(36)}`,
    whatsappId: `wa.${number}`,
    orderNumber: `${tenant.region}-${1000 + number}`,
  }
}

function nationalNumber(country: Person['phone']['country'], number: number): string {
  switch (country) {
    case 'BR':
      return `119${60_000_000 + spread(number, 39_000_000)}`
    case 'US':
      return `212${2_000_000 + spread(number, 7_999_999)}`
    case 'ES':
      return `6${10_000_000 + spread(number, 79_999_999)}`
    case 'DE':
      return `1512${1_000_000 + spread(number, 8_999_999)}`
  }
}

/** The phone number as somebody types it: in international form, or as at home where the tenant's region is the number's. */
export function typedPhone({ phone: { country, national }, tenant }: Person, random: Random): string {
  const code = callingCodes[country]
  const [area, rest] = [national.slice(0, country === 'BR' ? 2 : 3), national.slice(country === 'BR' ? 2 : 3)]
  const forms = [
    `+${code}${national}`,
    `+${code} ${area} ${rest}`,
    `+${code} (${area}) ${rest.slice(0, -4)}-${rest.slice(-4)}`,
    `  +${code}-${area}-${rest} `,
  ]
  if (country === tenant.region) {
    const trunk = country === 'DE' || country === 'BR' ? '0' : ''
    forms.push(`${trunk}${national}`, `${country === 'DE' ? '0' : ''}${area} ${rest.slice(0, -4)}-${rest.slice(-4)}`)
  }
  return random.pick(forms)
}

export function typedEmail({ email }: Person, random: Random): string {
  return random.pick([email, email.toLowerCase(), email.toUpperCase(), ` ${email} `, email[0]?.toUpperCase() + email.slice(1)])
}

export function typedOrderNumber(orderNumber: string, random: Random): string {
  return random.pick([
    orderNumber,
    `#${orderNumber}`,
    ` #${orderNumber.toLowerCase()}`,
    orderNumber.replace('-', '- '),
    `# ${orderNumber} `,
  ])
}
