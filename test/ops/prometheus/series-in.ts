export type Selector = { name: string; labels: string[] }

const words = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan'])

/** The series that a PromQL expression reads, with the labels that it selects by. Knows as much of the language as the rules of this project use. */
export function seriesIn(expr: string): Selector[] {
  const withoutStrings = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
  const withoutLists = withoutStrings.replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
  const withoutRanges = withoutLists.replaceAll(/\[[^\]]*\]/g, ' ').replaceAll(/\boffset\s+\w+/g, ' ')
  return [...withoutRanges.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?\s*(\()?/g)]
    .filter(([, name = '', , call]) => call === undefined && !words.has(name.toLowerCase()))
    .map(([, name = '', matchers = '']) => ({
      name,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }))
}
