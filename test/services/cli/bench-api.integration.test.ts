import { expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createWorld } from '../../support/world.ts'

it('the bench of the API gets an answer to every kind of request, while forms come in', async () => {
  const world = await createWorld([], 1)
  const words = ['bench', 'api', '--leads', '2000', '--seconds', '0.2', '--connections', '2', '--with-intake', '50', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/services/cli/main.js', ...words], {
    env: { PATH: process.env['PATH'], ...world.env },
  })
  const { measured, conditions } = JSON.parse(stdout) as {
    measured: { name: string; requests: number; p50Ms: number; p99Ms: number; formsTakenInASecond: number }[]
    conditions: { leads: number }
  }
  expect(measured).toHaveLength(2 * 14)
  for (const { requests, p50Ms, p99Ms } of measured) {
    expect(requests).toBeGreaterThan(0)
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
  }
  expect(conditions.leads).toBe(2000)
  expect(measured.slice(0, 14).every((one) => one.formsTakenInASecond === 0)).toBe(true)
  expect(measured.slice(14).some((one) => one.formsTakenInASecond > 0)).toBe(true)
  await world.close()
})
