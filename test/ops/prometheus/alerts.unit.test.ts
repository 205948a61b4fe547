import { readFileSync, readdirSync } from 'node:fs'
import { Command } from 'commander'
import { describe, expect, it } from '@jest/globals'
import { addDeadLetterCommands } from '../../../services/cli/dead-letter-commands.ts'
import { addDoctorCommands } from '../../../services/cli/doctor-commands.ts'
import { addEventCommands } from '../../../services/cli/event-commands.ts'
import { addLeadCommands } from '../../../services/cli/lead-commands.ts'
import { addSetupCommands } from '../../../services/cli/setup-commands.ts'
import { addTenantCommands } from '../../../services/cli/tenant-commands.ts'
import { errorCodes } from '../../../services/platform/errors.ts'
import { readAlertTests, readAlerts, readRules } from './rule-files.ts'

const alerts = readAlerts()
const names = alerts.map(({ alert }) => alert)
const runbooks = readdirSync('ops/runbooks')
const runbookOf = (alert: string) => readFileSync(`ops/runbooks/${alert}.md`, 'utf8')

describe('alerts', () => {
  it('have names of their own, and one runbook each', () => {
    expect(new Set(names).size).toBe(names.length)
    expect(runbooks.toSorted()).toEqual(names.map((name) => `${name}.md`).toSorted())
  })

  it.each(alerts)('$alert says how bad it is, what it is, what to do and where to read on', ({ alert, labels, annotations = {} }) => {
    expect(alert).toMatch(/^Tributary[A-Z][A-Za-z]+$/)
    expect(['page', 'ticket']).toContain(labels?.['severity'])
    expect(Object.keys(annotations).toSorted()).toEqual(['action', 'description', 'runbook_url', 'summary'])
    for (const text of Object.values(annotations)) expect(text.length).toBeGreaterThan(10)
    expect(annotations['runbook_url']).toBe(`ops/runbooks/${alert}.md`)
  })

  it.each(names)('%s has a silent case and a firing case', (name) => {
    const tests = readAlertTests().filter(({ alertname }) => alertname === name)
    expect(tests.filter(({ exp_alerts }) => exp_alerts.length === 0).length).toBeGreaterThan(0)
    expect(tests.filter(({ exp_alerts }) => exp_alerts.length > 0).length).toBeGreaterThan(0)
  })

  it('recording rules are named level:metric:operations', () => {
    for (const { record } of readRules())
      if (record !== undefined) expect(record).toMatch(/^[a-z_]+:tributary_[a-z_]+:[a-z0-9_]+$|^tributary:[a-z_]+:[a-z_]+$/)
  })
})

describe('runbooks', () => {
  it.each(names)('%s tells meaning, impact, three commands, what mitigates and whom to call', (name) => {
    const text = runbookOf(name)
    expect(text.match(/^#+ .+$/gm)).toEqual([
      `# ${name}`,
      '## Meaning',
      '## Impact',
      '## First three commands',
      '## Mitigate',
      '## Escalate',
    ])
    const commands = /```sh\n([^`]+)```/.exec(text)?.[1]?.trim().split('\n') ?? []
    expect(commands).toHaveLength(3)
  })

  it.each(names)('%s names only commands, options and runbooks that exist', (name) => {
    const text = runbookOf(name)
    for (const [, words = ''] of text.matchAll(/npx tributary ([^`#\n]+)/g)) expect(unknownIn(words.trim().split(/\s+/))).toEqual([])
    for (const [, action = ''] of text.matchAll(/npm run stack -- (\w+)/g))
      expect(['up', 'status', 'logs', 'down', 'purge']).toContain(action)
    for (const [, file = ''] of text.matchAll(/\]\(([^)]+)\)/g)) expect(runbooks).toContain(file)
    for (const [, code = ''] of text.matchAll(/--code ([a-z-]+)/g)) expect(Object.keys(errorCodes)).toContain(code)
  })
})

/** The words of a command line that the command line does not know. */
function unknownIn(words: string[]): string[] {
  const program = new Command('tributary')
  for (const add of [addDoctorCommands, addSetupCommands, addTenantCommands, addEventCommands, addLeadCommands, addDeadLetterCommands])
    add(program)
  let command = program
  const [...rest] = words
  for (let next = find(command, rest[0]); next !== undefined; next = find(command, rest[0])) {
    command = next
    rest.shift()
  }
  if (command.commands.length > 0) return [command.name(), ...rest]
  return rest.filter((word) => word.startsWith('--') && !command.options.some(({ long }) => long === word))
}

const find = (command: Command, word: string | undefined) => command.commands.find((candidate) => candidate.name() === word)
