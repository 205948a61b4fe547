// `npm test`: checks, unit tests, then everything on the real Kafka, registry, database and mail catcher. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareProject } from '../ops/local/bootstrap.mjs'

await prepareProject()
const { runChecks } = await import('./check.mjs')
const checks = runChecks()
const folder = mkdtempSync(join(tmpdir(), 'tributary-result-'))
const resultFile = join(folder, 'result.json')
const totals = { ...checks }

for (const project of ['unit', 'integration']) {
  const words = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--config',
    'test/jest.config.mjs',
    '--selectProjects',
    project,
    ...(project === 'unit' ? ['--maxWorkers=2'] : ['--runInBand', '--testTimeout=240000']),
    ...process.argv.slice(2),
  ]
  const run = spawnSync(process.execPath, words, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TRIBUTARY_TEST_RESULT: resultFile },
  })
  const result = readResult()
  totals.passed += result.passed
  totals.failed += result.failed
  if (run.status !== 0 && result.failed === 0) totals.failed++
}
rmSync(folder, { recursive: true })
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`)
process.exitCode = totals.failed > 0 ? 1 : 0

function readResult() {
  try {
    const result = JSON.parse(readFileSync(resultFile, 'utf8'))
    rmSync(resultFile)
    return result
  } catch (error) {
    process.stderr.write(`the tests did not run to their end: ${error.message}\n`)
    return { passed: 0, failed: 1 }
  }
}
