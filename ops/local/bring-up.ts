import { demoPassword } from '../../services/cli/demo/team.ts'
import { demoTenants } from '../../services/cli/demo/demo-tenants.ts'
import { isRunning, lastLines, stopProgram, type Started } from './child-process.ts'
import { checkExternalParts, checkMachine } from './check-machine.ts'
import { databasePart, fleetUrl } from './database-part.ts'
import { kafkaPart, registryPart } from './java-parts.ts'
import { apiUrl, mailCatcherPart, processPart, prometheusPart, type Addresses } from './light-parts.ts'
import { PartFailure, waitUntilReady, type LocalPart } from './part.ts'
import { sendSyntheticEvent } from './send-synthetic-event.ts'
import { seedDemo, setUpFleet } from './set-up-fleet.ts'
import { portOf, processNames, type StackOptions } from './stack-options.ts'
import { forgetState, writeState, type StackState } from './stack-state.ts'

type Say = (text: string) => void

/** Brings the stack up, part by part; answers its state, or undefined after saying what is wrong and taking back what was started. `isCancelled` is asked between parts. */
export async function bringUp(
  options: StackOptions,
  supervisor: Started,
  say: Say,
  isCancelled: () => boolean,
): Promise<StackState | undefined> {
  const external = (name: keyof Addresses) => options.env[name]
  const addresses: Addresses = {
    KAFKA_BROKERS: external('KAFKA_BROKERS') ?? `127.0.0.1:${portOf(options, 'kafka')}`,
    SCHEMA_REGISTRY_URL: external('SCHEMA_REGISTRY_URL') ?? `http://127.0.0.1:${portOf(options, 'registry')}/apis/ccompat/v7`,
    MYSQL_URL: external('MYSQL_URL') ?? fleetUrl(options),
    SMTP_URL: external('SMTP_URL') ?? `smtp://127.0.0.1:${portOf(options, 'mail catcher (SMTP)')}`,
  }
  const prometheus = options.fleet ? prometheusPart(options) : undefined
  const dependencies = [
    ...(external('KAFKA_BROKERS') === undefined ? [kafkaPart(options)] : []),
    ...(external('MYSQL_URL') === undefined ? [databasePart(options)] : []),
    ...(external('SCHEMA_REGISTRY_URL') === undefined ? [registryPart(options)] : []),
    ...(external('SMTP_URL') === undefined ? [mailCatcherPart(options)] : []),
  ]
  const fleet = options.fleet
    ? [...processNames.map((name) => processPart(name, options, addresses)), ...(prometheus === undefined ? [] : [prometheus])]
    : []
  const names = new Set(dependencies.map(({ name }) => name))
  const needs = [
    ...(names.has('kafka') || names.has('registry') ? (['java', 'mvn'] as const) : []),
    ...(names.has('database') ? (['mariadbd'] as const) : []),
  ]
  const given = Object.fromEntries(Object.entries(addresses).filter(([name]) => external(name as keyof Addresses) !== undefined))
  const problems = [
    ...(await checkExternalParts(given)),
    ...(await checkMachine(
      options,
      needs,
      [...dependencies, ...fleet].flatMap(({ ports }) => ports),
    )),
  ]
  if (problems.length > 0) {
    say(['Nothing was started:', ...problems.map((problem) => `  ${problem}`)].join('\n'))
    return undefined
  }
  if (options.fleet && prometheus === undefined) say('prometheus     not installed, left out (Debian: apt-get install prometheus)')

  const state: StackState = { supervisor, parts: [], addresses, urls: urlsOf(options, names, prometheus !== undefined), isReady: false }
  const startAll = async (parts: LocalPart[]) => {
    // Started together, waited for one after the other: two cores are enough to overlap two Java machines.
    const pending: { part: LocalPart; started: Started; since: number }[] = []
    for (const part of parts) {
      if (isCancelled()) throw new PartFailure('stopped', '')
      const since = Date.now()
      await part.prepare?.()
      const started = await part.start()
      state.parts.push({ name: part.name, log: part.log, started })
      writeState(options.data, state)
      pending.push({ part, started, since })
    }
    for (const { part, started, since } of pending) {
      await waitUntilReady(part, started)
      say(`${part.name.padEnd(18)} ready after ${((Date.now() - since) / 1000).toFixed(1)} s   log ${part.log}`)
    }
  }
  try {
    await startAll(dependencies)
    if (options.fleet) {
      setUpFleet(options, addresses)
      say('set up             tables, topics, schemas and the demo tenant are there')
      await startAll(fleet)
      const leadId = await sendSyntheticEvent(options, addresses)
      say(`synthetic event    became lead ${leadId}: scored, mailed, published`)
      if (options.demo) {
        const produced = seedDemo(options, addresses)
        state.signIn = demoTenants.map(({ slug, team }) => ({ tenant: slug, email: team[0]?.email ?? '', password: demoPassword }))
        say(`demo               ${produced === 0 ? 'is there already' : `${produced} events became the leads of two tenants`}`)
      }
    }
    state.isReady = true
    writeState(options.data, state)
    return state
  } catch (error) {
    if (!(error instanceof Error)) throw error
    say(`\n${error.message}`)
    if (error instanceof PartFailure && error.log !== '') say(`last lines of ${error.log}:\n${lastLines(error.log, 20)}`)
    say('Taking back what was started …')
    await bringDown(options, state)
    return undefined
  }
}

/** Stops the parts of a stack in reverse, by process id, and forgets it. What is not running any more is passed over. */
export async function bringDown(options: StackOptions, state: StackState): Promise<void> {
  const fleetNames: ReadonlySet<string> = new Set(processNames)
  const fleet = state.parts.filter(({ name }) => fleetNames.has(name))
  await Promise.all(fleet.map(({ started }) => stopProgram(started, 25_000)))
  for (const { name, started } of state.parts.toReversed()) if (!fleetNames.has(name)) await stopProgram(started, 25_000)
  forgetState(options.data)
}

/** Whether every part of a stack still runs. */
export const isWhole = (state: StackState) => state.isReady && state.parts.every(({ started }) => isRunning(started))

function urlsOf(options: StackOptions, names: Set<string>, hasPrometheus: boolean): Record<string, string> {
  return {
    ...(options.fleet ? { 'api (document)': `${apiUrl(options)}/docs` } : {}),
    ...(names.has('mail catcher') ? { 'mail catcher': `http://127.0.0.1:${portOf(options, 'mail catcher (page)')}/` } : {}),
    ...(hasPrometheus ? { prometheus: `http://127.0.0.1:${portOf(options, 'prometheus')}/` } : {}),
    ...(options.fleet ? Object.fromEntries(processNames.map((name) => [name, `http://127.0.0.1:${portOf(options, name)}/metrics`])) : {}),
  }
}
