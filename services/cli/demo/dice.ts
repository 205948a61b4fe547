import { hash } from 'node:crypto'

/** Choices that come out the same for the same seed, so that a demo can be told twice. */
export type Dice = {
  /** From 0 to below 1. */
  roll(): number
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  chance(share: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** A key of `weights`, as often as its weight says. */
  weigh<Word extends string>(weights: Readonly<Partial<Record<Word, number>>>): Word
}

/** Dice whose rolls follow from `seed` alone (mulberry32). */
export function createDice(seed: string): Dice {
  let state = hash('sha256', seed, 'buffer').readUInt32BE(0)
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(roll() * (to - from + 1))
  const pick = <Item>(items: readonly Item[]) => {
    const index = between(0, items.length - 1)
    if (index >= items.length) throw new Error('there is nothing to pick from')
    return items[index] as Item
  }
  return {
    roll,
    between,
    chance: (share) => roll() < share,
    pick,
    weigh: <Word extends string>(weights: Readonly<Partial<Record<Word, number>>>) => {
      const words = Object.keys(weights) as Word[]
      let left = roll() * words.reduce((sum, word) => sum + (weights[word] ?? 0), 0)
      return words.find((word) => (left -= weights[word] ?? 0) < 0) ?? pick(words)
    },
  }
}
