import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where a stack lives and which ports it takes. Two stacks with other folders and offsets live side by side. */
export type StackOptions = {
  root: string
  data: string
  cache: string
  portOffset: number
  fleet: boolean
  /** Whether the demo tenants are filled once the fleet runs. */
  demo: boolean
  env: Record<string, string | undefined>
}

/** Ports without offset; the one place that names them. */
export const basePorts = {
  kafka: 9092,
  'kafka controller': 9093,
  registry: 8081,
  database: 13306,
  'mail catcher (SMTP)': 1025,
  'mail catcher (page)': 8025,
  prometheus: 9090,
  'chat-form-intake': 9101,
  'broadcast-intake': 9102,
  'order-intake': 9103,
  'status-relay': 9104,
  'lead-scorer': 9105,
  'lead-mailer': 9106,
  'lead-indexer': 9107,
  api: 9108,
  'api (HTTP)': 8080,
} as const

export type PortName = keyof typeof basePorts
export const processNames = [
  'chat-form-intake',
  'broadcast-intake',
  'order-intake',
  'status-relay',
  'lead-scorer',
  'lead-mailer',
  'lead-indexer',
  'api',
] as const

export const portOf = (options: StackOptions, name: PortName) => basePorts[name] + options.portOffset

/** Options from the words after the command; throws with the words that it does not know. */
export function parseOptions(
  words: readonly string[],
  root: string,
  env: Record<string, string | undefined>,
): { options: StackOptions; flags: Set<string>; rest: string[] } {
  const options: StackOptions = {
    root,
    data: join(root, '.tributary'),
    cache: env['TRIBUTARY_CACHE'] ?? join(homedir(), '.cache', 'tributary'),
    portOffset: 0,
    fleet: true,
    demo: true,
    env,
  }
  const flags = new Set<string>()
  const rest: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--port-offset') options.portOffset = offsetFrom(words[++index])
    else if (word === '--data') options.data = resolve(words[++index] ?? '')
    else if (['--detach', '--json', '--no-fleet', '--no-demo', '-f'].includes(word)) flags.add(word)
    else if (word.startsWith('-'))
      throw new Error(`${word} is not known; the options are --port-offset N, --data DIR, --detach, --json, --no-fleet, --no-demo, -f`)
    else rest.push(word)
  }
  options.fleet = !flags.has('--no-fleet')
  options.demo = !flags.has('--no-demo')
  return { options, flags, rest }
}

function offsetFrom(text: string | undefined): number {
  const offset = Number(text)
  if (text === undefined || !Number.isInteger(offset) || offset < 0 || offset > 50_000)
    throw new Error(`--port-offset ${text ?? ''} is no whole number from 0 to 50000, for example --port-offset 100`)
  return offset
}
