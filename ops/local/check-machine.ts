import { existsSync } from 'node:fs'
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
  const missing = needs.filter((program) => !isOnPath(program, options.env['PATH'] ?? ''))
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

function isOnPath(program: string, path: string): boolean {
  return [...path.split(delimiter), '/usr/sbin', '/sbin'].some((folder) => folder !== '' && existsSync(join(folder, program)))
}
