// `npm run check`: everything that needs no running part. Each step counts as one test.
import { spawnSync } from 'node:child_process'

const bin = (name) => `node_modules/.bin/${name}`

const steps = [
  ['types', bin('tsc'), ['-p', '.', '--noEmit', '--incremental', 'false']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['import laws', process.execPath, ['ops/check-imports.mjs']],
  ['unused code', bin('knip'), []],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
]

/** Runs every step; answers how many passed and failed. */
export function runChecks() {
  const totals = { passed: 0, failed: 0 }
  for (const [name, command, words] of steps) {
    const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8' })
    process.stderr.write(`${status === 0 ? 'ok  ' : 'FAIL'} check: ${name}\n`)
    if (status === 0) totals.passed++
    else {
      totals.failed++
      process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\n`)
    }
  }
  return totals
}

if (import.meta.filename === process.argv[1]) {
  const { passed, failed } = runChecks()
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 ? 1 : 0
}
