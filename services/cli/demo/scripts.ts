import type { FormKind, TranscriptMessage } from '../../../schemas/events.ts'
import type { Dice } from './dice.ts'
import type { Language } from './nations.ts'
import { arabic } from './scripts-ar.ts'
import { english } from './scripts-en.ts'
import { german } from './scripts-de.ts'
import { japanese } from './scripts-ja.ts'
import { portuguese } from './scripts-pt.ts'
import { spanish } from './scripts-es.ts'

/**
 * A conversation that ends in a form. Each line of `talk` begins with who says it: V the visitor, A the AI, H a person of the shop. `{product}`, `{price}`, `{order}`, `{coupon}`
 * and `{name}` are filled in.
 */
export type Script = { form: FormKind; message: string; talk: readonly string[] }

/** The conversations of one language, with what the AI says first and what visitors say last. */
export type Tongue = { greetings: readonly string[]; thanks: readonly string[]; more: readonly string[]; scripts: readonly Script[] }

export const tongues: Readonly<Record<Language, Tongue>> = {
  pt: portuguese,
  en: english,
  es: spanish,
  de: german,
  ar: arabic,
  ja: japanese,
}

export type Slots = { product: string; price: string; order: string; coupon: string; name: string }

/** A script of this form in this language; undefined when nobody wrote one. */
export function pickScript(dice: Dice, language: Language, form: FormKind): Script | undefined {
  const fitting = tongues[language].scripts.filter((script) => script.form === form)
  return fitting.length === 0 ? undefined : dice.pick(fitting)
}

/** `text` with its slots filled in. */
export function fill(text: string, slots: Slots): string {
  return text.replace(/ ?\{(\w+)\}/g, (found, slot: keyof Slots) => (slots[slot] === '' ? '' : found.replace(`{${slot}}`, slots[slot])))
}

const authors: Record<string, TranscriptMessage['author']> = { V: 'VISITOR', A: 'AI', H: 'AGENT' }

/** The conversation as a transcript whose last line is said at `endsAt`. */
export function tellScript(dice: Dice, language: Language, script: Script, slots: Slots, endsAt: number): TranscriptMessage[] {
  const { greetings, thanks } = tongues[language]
  const lines = [`A ${dice.pick(greetings)}`, ...script.talk, ...(dice.chance(0.6) ? [`V ${dice.pick(thanks)}`] : [])]
  const pauses = lines.map(() => dice.between(4, 95) * 1000)
  let at = endsAt - pauses.reduce((sum, pause) => sum + pause, 0)
  return lines.map((line, index) => {
    at += pauses[index] ?? 0
    return { author: authors[line.slice(0, 1)] ?? 'SYSTEM', text: fill(line.slice(2), slots), at }
  })
}
