import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { isPortFree, portHolder } from './ports.ts'
import { portOf, type PortName, type StackOptions } from './stack-options.ts'

const programs = {
  java: 'openjdk-17-jre-headless (Java 17 or newer)',
  mvn: 'maven',
  mariadbd: 'mariadb-server',
} as const

/** What keeps the parts from being started: missing programs and taken ports, each with its mend. Empty when nothing does. */
export async function checkMachine(
  options: StackOptions,
  needs: readonly (keyof typeof programs)[],
  ports: readonly PortName[],
): Promise<string[]> {
  const missing = needs.filter((program) => programPath(program, options.env['PATH'] ?? '') === undefined)
  const problems = missing.map((program) => `${program} is not installed: it comes with ${programs[program]}`)
  if (missing.length > 0)
    problems.push(
      `On Debian or Ubuntu${process.getuid?.() === 0 ? '' : ', as root'}: apt-get install --no-install-recommends ${missing.map((program) => programs[program].split(' ')[0]).join(' ')}`,
    )
  for (const name of ports) {
    const port = portOf(options, name)
    if (await isPortFree(port)) continue
    const holder = portHolder(port)
    problems.push(
      `port ${port} for ${name} is taken${holder === undefined ? '' : ` by ${holder}`}: stop that, or start with --port-offset ${options.portOffset + 100}`,
    )
  }
  return problems
}

/** Which of the parts that are said to be there already do not answer: host and port by the variable that names them. */
export async function checkExternalParts(addresses: Readonly<Record<string, string>>): Promise<string[]> {
  const problems: string[] = []
  for (const [variable, value] of Object.entries(addresses)) {
    for (const place of value.split(',')) {
      const url = new URL(place.includes('://') ? place : `tcp://${place}`)
      const port = Number(url.port || ({ 'mysql:': 3306, 'http:': 80, 'https:': 443, 'smtps:': 465 }[url.protocol] ?? 587))
      if (!(await answers(url.hostname, port)))
        problems.push(
          `${variable} names ${url.hostname}:${port}, where nothing answers: start that part, or unset ${variable} to have one started here`,
        )
    }
  }
  return problems
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 })
    const end = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}

/** Where a program lies; servers are also looked for where a person's path does not lead. Undefined when it is not installed. */
export function programPath(program: string, path: string): string | undefined {
  return [...path.split(delimiter), '/usr/sbin', '/sbin']
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file))
}
