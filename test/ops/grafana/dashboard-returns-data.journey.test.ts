import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { dashboardQueries } from '../../../ops/grafana/generate-dashboard.ts'
import { stopProgram, type Started } from '../../../ops/local/child-process.ts'
import { prometheusPart } from '../../../ops/local/light-parts.ts'
import { waitUntilReady } from '../../../ops/local/part.ts'
import { isPortFree } from '../../../ops/local/ports.ts'
import { portOf, processNames, type StackOptions } from '../../../ops/local/stack-options.ts'
import { createWorld, eventually, type World } from '../../support/world.ts'
import { readRules } from '../prometheus/rule-files.ts'

type Answer<Data> = { status: string; data: Data }

let world: World
let prometheus: Started | undefined
const data = mkdtempSync(join(tmpdir(), 'tributary-dashboard-'))
const options: StackOptions = { root: process.cwd(), data, cache: data, portOffset: 0, fleet: true, demo: false, env: process.env }

async function ask<Data>(path: string): Promise<Data> {
  const response = await fetch(`http://127.0.0.1:${portOf(options, 'prometheus')}/api/v1/${path}`)
  return ((await response.json()) as Answer<Data>).data
}

const seriesOf = async (expr: string) => (await ask<{ result: object[] }>(`query?query=${encodeURIComponent(expr)}`)).result.length

async function findPortOffset(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const offset = 10_000 + Math.floor(Math.random() * 400) * 100
    const ports = [...processNames, 'prometheus' as const].map((name) => portOf({ ...options, portOffset: offset }, name))
    if ((await Promise.all(ports.map(isPortFree))).every(Boolean)) return offset
  }
  throw new Error('no free ports found')
}

beforeAll(async () => {
  options.portOffset = await findPortOffset()
  world = await createWorld()
  for (const name of processNames) await world.start(name, { OPS_PORT: String(portOf(options, name)) })
  const part = prometheusPart(options)
  if (part === undefined) throw new Error('Prometheus is not installed (Debian: apt-get install prometheus)')
  await part.prepare?.()
  prometheus = await part.start()
  await waitUntilReady(part, prometheus)
})

afterAll(async () => {
  if (prometheus !== undefined) await stopProgram(prometheus, 20_000)
  await world.close()
  rmSync(data, { recursive: true, force: true })
})

describe('a healthy fleet to which nothing has happened yet', () => {
  it('is seen whole by Prometheus', async () => {
    await eventually(
      'processes that answer',
      () => ask<{ result: { value: [number, string] }[] }>('query?query=sum(up)').then(({ result }) => result[0]?.value[1]),
      (up) => up === String(processNames.length),
    )
  })

  it.each(dashboardQueries())('has data for the panel "$panel": $expr', async ({ expr }) => {
    expect(
      await eventually(
        expr,
        () => seriesOf(expr),
        (found) => found > 0,
        60_000,
      ),
    ).toBeGreaterThan(0)
  })

  it('has every rule loaded, in good health, and no alert firing', async () => {
    const { groups } = await ask<{ groups: { rules: { name: string; health: string }[] }[] }>('rules')
    const rules = groups.flatMap((group) => group.rules)
    expect(rules.map(({ name }) => name).toSorted()).toEqual(
      readRules()
        .map(({ record, alert }) => record ?? alert ?? '')
        .toSorted(),
    )
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([])
    const { alerts } = await ask<{ alerts: { state: string }[] }>('alerts')
    expect(alerts.filter(({ state }) => state === 'firing')).toEqual([])
  })

  it('fires at the first dead letter, although its counter is only then born', async () => {
    await world.produce([{ topic: world.topic('order.changed'), key: null, value: Buffer.from([1, 2, 3]), headers: {} }])
    const { alerts } = await eventually(
      'firing alerts',
      () => ask<{ alerts: { state: string; labels: Record<string, string> }[] }>('alerts'),
      (answer) => answer.alerts.some(({ state }) => state === 'firing'),
    )
    expect(alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels)).toEqual([
      { alertname: 'TributaryDeadLettersNew', severity: 'ticket', worker: 'order-intake', code: 'truncated-header' },
    ])
  })
})
