import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Addresses } from './light-parts.ts'
import { PartFailure } from './part.ts'
import type { StackOptions } from './stack-options.ts'

/** The tenant that a local stack begins with. */
export const demoTenant = 'demo'

/** Tables, topics, schemas and the demo tenant, by the same commands that anybody would use. */
export function setUpFleet(options: StackOptions, addresses: Addresses): void {
  runTributary(options, addresses, ['migrate'])
  runTributary(options, addresses, ['topics', 'create'])
  runTributary(options, addresses, ['schemas', 'register'])
  runTributary(options, addresses, [
    'tenants',
    'add',
    demoTenant,
    '--name',
    'Demo Shop',
    '--workflow',
    'helpdesk',
    '--region',
    'BR',
    '--timezone',
    'America/Sao_Paulo',
    '--mail-to',
    'team@demo.example',
    '--if-missing',
  ])
}

/** Fills the demo tenants through the running fleet; what is there already stays. Answers how many events it produced. */
export function seedDemo(options: StackOptions, addresses: Addresses): number {
  const seeded = JSON.parse(runTributary(options, addresses, ['demo', 'seed', '--json'])) as { produced: number }[]
  return seeded.reduce((sum, { produced }) => sum + produced, 0)
}

/** Runs the command line as a person would; answers its stdout. */
export function runTributary(options: StackOptions, addresses: Addresses, words: string[], input = ''): string {
  const result = spawnSync(process.execPath, [join(options.root, 'services/cli/tributary.mjs'), ...words], {
    cwd: options.root,
    env: { ...options.env, ...addresses },
    encoding: 'utf8',
    input,
  })
  if (result.status !== 0) throw new PartFailure(`tributary ${words.slice(0, 2).join(' ')} failed:\n${result.stderr.trim()}`, '')
  return result.stdout
}
