import type { Status, Workflow } from './workflow.ts'

const wordShape = /^[a-z][a-z0-9_]{0,31}$/
const mostStatuses = 30

/**
 * What is wrong with a workflow that a tenant defines, a sentence each; empty when it can be used. It needs a first status that is open, statuses that can all be reached from
 * it, a way from each open one to a final one, and no move out of a final one that is not said to reopen.
 */
export function checkWorkflow({ name, statuses, moves }: Workflow): string[] {
  if (statuses.length === 0) return ['There is no status: the first one is that of a new lead.']
  if (statuses.length > mostStatuses) return [`There are ${statuses.length} statuses: ${mostStatuses} is the most.`]
  const problems: string[] = []
  if (!wordShape.test(name)) problems.push(`The name "${name}" is not made of lower-case letters, digits and _, beginning with a letter.`)
  const byName = new Map(statuses.map((status) => [status.name, status]))
  for (const status of statuses) {
    if (!wordShape.test(status.name))
      problems.push(`The status "${status.name}" is not made of lower-case letters, digits and _, beginning with a letter.`)
    if (status.label.trim() === '' || status.label.length > 60)
      problems.push(`The status "${status.name}" needs a label of 1 to 60 characters.`)
  }
  for (const twice of repeated(statuses.map((status) => status.name))) problems.push(`The status "${twice}" is there twice.`)
  if (statuses[0]?.isFinal === true) problems.push(`The first status, "${statuses[0].name}", is that of a new lead and cannot be final.`)
  if (!statuses.some(({ isFinal }) => isFinal)) problems.push('No status is final: a lead could never end.')

  for (const { from, to, label, reopens = false } of moves) {
    const move = `The move from "${from}" to "${to}"`
    const [start, end] = [byName.get(from), byName.get(to)]
    if (start === undefined || end === undefined) {
      problems.push(`${move} names a status that is not there: "${start === undefined ? from : to}".`)
      continue
    }
    if (from === to) problems.push(`${move} leads nowhere.`)
    if (label.trim() === '' || label.length > 60) problems.push(`${move} needs a label of 1 to 60 characters.`)
    if (start.isFinal && !reopens) problems.push(`${move} leaves a final status: say that it reopens, or make "${from}" open.`)
    if (reopens && (!start.isFinal || end.isFinal))
      problems.push(`${move} is said to reopen, but does not lead from a final status to an open one.`)
  }
  for (const twice of repeated(moves.map(({ from, to }) => `from "${from}" to "${to}"`))) problems.push(`The move ${twice} is there twice.`)
  if (problems.length > 0) return problems
  return [...unreachable({ name, statuses, moves }), ...endless({ name, statuses, moves })]
}

function unreachable({ statuses, moves }: Workflow): string[] {
  const reached = closure(
    statuses.slice(0, 1).map(({ name }) => name),
    (name) => moves.filter(({ from }) => from === name).map(({ to }) => to),
  )
  return statuses
    .filter(({ name }) => !reached.has(name))
    .map(({ name }) => `The status "${name}" cannot be reached from the first one: add a move to it.`)
}

function endless({ statuses, moves }: Workflow): string[] {
  const ending = closure(
    statuses.filter(({ isFinal }) => isFinal).map(({ name }) => name),
    (name) => moves.filter(({ to }) => to === name).map(({ from }) => from),
  )
  const stuck = (status: Status) => !status.isFinal && !ending.has(status.name)
  return statuses.filter(stuck).map(({ name }) => `From the status "${name}" no final one can be reached: add a move out of it.`)
}

function closure(start: readonly string[], next: (name: string) => string[]): Set<string> {
  const reached = new Set(start)
  for (const name of reached) for (const other of next(name)) reached.add(other)
  return reached
}

const repeated = (words: readonly string[]) => new Set(words.filter((word, index) => words.indexOf(word) !== index))
