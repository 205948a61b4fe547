import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { rulesFolder, testsFolder } from './rule-files.ts'

const filesOf = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => join(folder, file))

/** Runs promtool, which comes with Prometheus (Debian: the package `prometheus`). */
function promtool(words: string[]) {
  const { status, stdout, stderr, error } = spawnSync('promtool', words, { encoding: 'utf8' })
  return { status, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` }
}

describe('promtool', () => {
  it('accepts every rule', () => {
    const { status, output } = promtool(['check', 'rules', ...filesOf(rulesFolder)])
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('accepts the configuration of docker-compose.yml', () => {
    const { status, output } = promtool(['check', 'config', 'ops/prometheus/prometheus.yml'])
    expect([status, output]).toEqual([0, expect.stringContaining('rule files found')])
  })

  it.each(filesOf(testsFolder))('sees every alert of %s silent and firing when it should', (file) => {
    const { status, output } = promtool(['test', 'rules', file])
    expect([status, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  })
})
