import type { DemoTenant } from './demo-tenants.ts'
import type { Dice } from './dice.ts'
import { longNames, nations, type Language, type Nation } from './nations.ts'

/** Somebody who writes to a demo tenant. What is null they never said. */
export type Person = {
  number: number
  language: Language
  locale: string
  timezone: string
  name: string | null
  /** What an answer calls them. */
  calledName: string | null
  email: string | null
  phone: string | null
  visitorId: string
}

/** The person of this number. No two persons of a tenant share an address, a phone number or a visitor id. */
export function makePerson(dice: Dice, { slug, nations: weights, region }: DemoTenant, number: number): Person {
  const nation = nations[dice.weigh(weights)] as Nation
  const [given, givenLatin] = spell(dice.pick(nation.given))
  const [family, familyLatin] = spell(dice.pick(nation.family))
  const isUnknown = dice.chance(0.05)
  const hasName = !isUnknown && !dice.chance(0.06)
  const usual = nation.familyFirst === true ? `${family}${given}` : `${given} ${family}`
  const name = dice.chance(0.02) ? dice.pick(longNames) : dice.chance(0.04) ? usual.toLowerCase() : usual
  return {
    number,
    language: nation.language,
    locale: nation.locale,
    timezone: nation.timezone,
    name: hasName ? name : null,
    calledName: hasName ? (nation.familyFirst === true ? family : given) : null,
    email: !isUnknown && dice.chance(0.78) ? emailOf(dice, `${givenLatin} ${familyLatin}`, number) : null,
    phone: !isUnknown && dice.chance(0.64) ? phoneOf(nation, number, nation.country === region && dice.chance(0.5)) : null,
    visitorId: `${slug}-visitor-${String(number).padStart(4, '0')}`,
  }
}

/** The number that a messaging channel knows a person by. */
export const channelNumberOf = (phone: string) => phone.replace(/\D/g, '')

function spell(written: string): [string, string] {
  const [own = '', inLatin = own] = written.split('|')
  return [own, inLatin]
}

const providers = ['mail.example', 'inbox.example', 'correio.example', 'post.example.org', 'example.com', 'example.net'] as const

function emailOf(dice: Dice, name: string, number: number): string {
  const words = name.normalize('NFD').replace(/ß/g, 'ss').replace(/ı/g, 'i').replace(/[^a-zA-Z ]/g, '').toLowerCase().split(' ') // prettier-ignore
  const box = `${words.join(dice.pick(['.', '.', '_', '']))}${number}`
  return `${dice.chance(0.05) ? box.toUpperCase() : box}@${dice.pick(providers)}`
}

// The places of # are filled with the person's number. Where two places do not tell a few hundred persons apart, the form does: numbers a hundred apart have different ones.
function phoneOf({ phones }: Nation, number: number, isAtHome: boolean): string {
  const whole = phones[(number + Math.floor(number / 100)) % phones.length] ?? ''
  const form = isAtHome ? whole.replace(/^\+\d+ /, '') : whole
  const places = form.split('#').length - 1
  return form.replace(/#+/, String(number % 10 ** places).padStart(places, '0'))
}
