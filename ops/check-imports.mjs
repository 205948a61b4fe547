// The laws of import (DESIGN, section 4): the list of exceptions is empty.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const files = readdirSync('services', { recursive: true })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => join('services', path))
const problems = []
let imports = 0

for (const file of files) {
  for (const [, typeOnly, names, target] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\s+(type\s+)?([^'"]*?)from\s+'([^']+)'/gm,
  )) {
    imports++
    const isTypeOnly = typeOnly !== undefined || /^\{(\s*type\s+\w+(\s+as\s+\w+)?\s*,?)+\s*\}\s*$/.test(names)
    const problem = breach(file, target, isTypeOnly)
    if (problem !== undefined) problems.push(`${file} imports ${target}: ${problem}`)
  }
  if (/process\.env/.test(readFileSync(file, 'utf8')) && !/^services\/(platform\/run-process|cli\/)/.test(file))
    problems.push(`${file} reads process.env: take settings as arguments`)
}
// A script that looks at nothing must not pass.
if (files.length < 20 || imports < 100)
  problems.push(`only ${files.length} files and ${imports} imports were found: this script looks in the wrong place`)
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exitCode = problems.length > 0 ? 1 : 0

function breach(file, target, isTypeOnly) {
  const room = file.split('/')[1]
  if (/^(kafkajs|@kafkajs\/)/.test(target))
    return file.startsWith('services/platform/kafka/')
      ? undefined
      : 'only services/platform/kafka may import kafkajs and the registry client'
  if (!target.startsWith('.')) return undefined
  const other = normalize(join(dirname(file), target)).split('/')
  if (other[0] === 'schemas') return undefined
  if (other[0] !== 'services') return 'services import only services and schemas'
  if (room === other[1]) return undefined
  if (room === 'platform') return 'platform imports nothing of ours'
  if (room === 'leads') return other[1] === 'platform' && isTypeOnly ? undefined : 'leads imports only types of platform'
  if (room === 'accounts')
    return ['platform', 'leads'].includes(other[1]) && isTypeOnly ? undefined : 'accounts imports only types of platform and leads'
  if (['platform', 'leads', 'accounts'].includes(other[1])) return undefined
  // The command line is no process: its gateway command decodes with the gateway's own functions.
  return room === 'cli' && other[1] === 'gateway' ? undefined : 'a process never imports another process'
}
