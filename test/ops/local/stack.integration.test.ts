import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { isRunning, startProgram, stopProgram } from '../../../ops/local/child-process.ts'
import { isPortFree } from '../../../ops/local/ports.ts'
import { basePorts, parseOptions, processNames } from '../../../ops/local/stack-options.ts'
import { eventually, testStack } from '../../support/world.ts'

let data: string
let offset: number
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'tributary-stack-test-'))
  offset = await freeOffset()
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

async function freeOffset(): Promise<number> {
  for (;;) {
    const candidate = 10_000 + Math.floor(Math.random() * 400) * 100
    const free = await Promise.all(Object.values(basePorts).map((port) => isPortFree(port + candidate)))
    if (free.every(Boolean)) return candidate
  }
}

/** The environment of a stack that uses the parts that the tests have; only the fleet and Prometheus are started. */
const given = () => {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, SMTP_URL, mysqlAdminUrl } = testStack()
  const MYSQL_URL = mysqlAdminUrl.replace('root@', 'tributary:tributary@').replace(/\/mysql$/, '/tributary')
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], KAFKA_BROKERS, SCHEMA_REGISTRY_URL, SMTP_URL, MYSQL_URL }
}
const words = (command: string, ...more: string[]) => [
  'ops/local/stack.mjs',
  command,
  '--data',
  data,
  '--port-offset',
  String(offset),
  ...more,
]
const run = (command: string, env: NodeJS.ProcessEnv = given(), ...more: string[]) =>
  spawnSync(process.execPath, words(command, ...more), { env, encoding: 'utf8' })

function collect(child: ChildProcess): { text: () => string; exit: Promise<number | null> } {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { text: () => text, exit: new Promise((resolve) => child.once('exit', resolve)) }
}

describe('the local stack', () => {
  it('sends an event through the whole fleet before it says ready, shows its state at a second start, and leaves nothing behind when it is stopped', async () => {
    const first = spawn(process.execPath, words('up'), { env: given(), stdio: ['ignore', 'ignore', 'pipe'] })
    const { text, exit } = collect(first)
    await eventually(
      'the stack is ready',
      async () => text(),
      (said) => said.includes('Tributary is ready') || first.exitCode !== null,
    )
    expect(text()).toMatch(/synthetic event {4}became lead [0-9a-f-]{36}: scored, mailed, published/)
    expect(text()).toMatch(/demo {15}\d+ events became the leads of two tenants/)
    expect(text()).toContain('tenant demo-pipeline, owner@')

    const status = JSON.parse(run('status', given(), '--json').stdout) as {
      running: boolean
      parts: { name: string; pid: number; running: boolean }[]
    }
    expect(status.running).toBe(true)
    expect(status.parts.map(({ name }) => name)).toEqual([...processNames, 'prometheus'])

    const second = run('up')
    expect(second.status).toBe(0)
    expect(second.stderr).toContain('The stack runs already.')

    first.kill('SIGINT')
    expect(await exit).toBe(0)
    expect(run('status').status).toBe(3)
    for (const { pid } of status.parts) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    for (const name of processNames) expect(await isPortFree(basePorts[name] + offset)).toBe(true)
  })

  it('names a taken port, what wanted it, who has it and what to do, and starts nothing', async () => {
    const server = createServer()
    const port = basePorts['status-relay'] + offset
    await new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve)
    })
    const child = spawn(process.execPath, words('up'), { env: given(), stdio: ['ignore', 'ignore', 'pipe'] })
    const { text, exit } = collect(child)
    expect(await exit).toBe(1)
    server.close()
    expect(text()).toContain(`port ${port} for status-relay is taken by process ${process.pid}`)
    expect(text()).toContain('--port-offset')
    expect(run('status').status).toBe(3)
  })

  it('whose part fails shows the end of its log, takes back what was started and ends with an error', async () => {
    const child = spawn(process.execPath, words('up'), {
      env: { ...given(), MAIL_FROM: 'no address' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const { text, exit } = collect(child)
    expect(await exit).toBe(1)
    expect(text()).toContain('lead-mailer ended before it was ready')
    expect(text()).toContain('Example: MAIL_FROM=leads@shop.example')
    for (const name of processNames) expect(await isPortFree(basePorts[name] + offset)).toBe(true)
  })

  it('with a part that is said to be there and is not, says so and starts nothing', () => {
    const { status, stderr } = run('up', { ...given(), SMTP_URL: 'smtp://127.0.0.1:9' })
    expect(status).toBe(1)
    expect(stderr).toContain('SMTP_URL names 127.0.0.1:9, where nothing answers')
  })

  it('says which programs are missing and how they are installed', () => {
    const { status, stderr } = run('up', { PATH: data, HOME: process.env['HOME'] })
    expect(status).toBe(1)
    expect(stderr).toMatch(/mvn is not installed|java is not installed/)
    expect(stderr).toContain('apt-get install --no-install-recommends')
  })

  it.each([
    ['up', ['--wrong']],
    ['sideways', []],
    ['up', ['--port-offset', 'many']],
  ])('does not guess what %s %j means', (command, more) => {
    const { status, stderr } = spawnSync(process.execPath, ['ops/local/stack.mjs', command, ...more], { env: given(), encoding: 'utf8' })
    expect(status).toBe(64)
    expect(stderr).toContain('npm run stack -- up')
  })
})

describe('a started program', () => {
  it('is never taken for another one that got its process id', async () => {
    const started = await startProgram('sleep', ['60'], { cwd: data, env: process.env, log: join(data, 'sleep.log') })
    const other = { ...started, startedAt: '1' }
    expect(isRunning(other)).toBe(false)
    await stopProgram(other, 0)
    expect(isRunning(started)).toBe(true)
    await stopProgram(started, 5_000)
    expect(isRunning(started)).toBe(false)
  })
})

describe('two stacks', () => {
  it('have ports and folders of their own', () => {
    const { options } = parseOptions(['--port-offset', '100', '--data', data], '.', {})
    expect([options.portOffset, options.data]).toEqual([100, data])
  })
})
