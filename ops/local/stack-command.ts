import { spawn } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bringDown, bringUp, isWhole } from './bring-up.ts'
import { isRunning, ownProgram, pause, stopProgram } from './child-process.ts'
import { parseOptions, type StackOptions } from './stack-options.ts'
import { forgetState, readState, type StackState } from './stack-state.ts'

const usage =
  'npm run stack -- up [--detach] | status [--json] | logs [part] [-f] | down | purge   [--port-offset N] [--data DIR] [--no-fleet] [--no-demo]'
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const say = (text: string) => void process.stderr.write(`${text}\n`)

/** Runs one command of the local stack; answers the exit code. */
export async function runStackCommand(words: readonly string[]): Promise<number> {
  const [command = '', ...others] = words
  let parsed: ReturnType<typeof parseOptions>
  try {
    parsed = parseOptions(others, root, process.env)
  } catch (error) {
    say(`${(error as Error).message}\n${usage}`)
    return 64
  }
  const { options, flags, rest } = parsed
  switch (command) {
    case 'up':
      return flags.has('--detach') ? await upDetached(options, others) : await up(options)
    case 'status':
      return status(options, flags.has('--json'))
    case 'logs':
      return await logs(options, rest[0], flags.has('-f'))
    case 'down':
      return await down(options)
    case 'purge':
      return await purge(options)
    default:
      say(`${command === '' ? 'Give a command' : `${command} is no command`}: ${usage}`)
      return 64
  }
}

async function up(options: StackOptions): Promise<number> {
  const before = readState(options.data)
  if (before !== undefined && isWhole(before)) {
    say('The stack runs already.')
    printStatus(before)
    return 0
  }
  if (before !== undefined) {
    say('A stack was left half running; it is stopped first.')
    await bringDown(options, before)
  }
  let stop: () => void = () => undefined
  let isCancelled = false
  const stopped = new Promise<void>((resolve) => {
    stop = () => {
      isCancelled = true
      resolve()
    }
  })
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const state = await bringUp(options, ownProgram(), say, () => isCancelled)
  if (state === undefined) return 1
  printStatus(state)
  say('Ctrl-C stops everything.')
  const watch = setInterval(() => {
    for (const { name, started, log } of state.parts) {
      if (isRunning(started)) continue
      say(`${name} has ended by itself; see ${log}. Run \`npm run stack -- up\` again to start anew.`)
      state.parts = state.parts.filter((part) => part.name !== name)
    }
    if (!existsSync(join(options.data, 'stack.json'))) stop()
  }, 1000)
  await stopped
  clearInterval(watch)
  say('stopping …')
  await bringDown(options, state)
  return 0
}

async function upDetached(options: StackOptions, words: readonly string[]): Promise<number> {
  const log = join(options.data, 'logs', 'stack.log')
  mkdirSync(dirname(log), { recursive: true })
  const output = openSync(log, 'w')
  const child = spawn(process.execPath, [join(root, 'ops/local/stack.mjs'), 'up', ...words.filter((word) => word !== '--detach')], {
    cwd: root,
    detached: true,
    stdio: ['ignore', output, output],
  })
  child.unref()
  let exitCode: number | null | undefined
  child.once('exit', (code) => (exitCode = code))
  while (exitCode === undefined && readState(options.data)?.isReady !== true) await pause(200)
  say(readFileSync(log, 'utf8').trimEnd())
  return exitCode ?? 0
}

function status(options: StackOptions, json: boolean): number {
  const state = readState(options.data)
  if (state === undefined) {
    if (json) process.stdout.write(`${JSON.stringify({ running: false })}\n`)
    say('No stack runs in this folder. Start one with `npm start`.')
    return 3
  }
  const parts = state.parts.map(({ name, log, started }) => ({ name, running: isRunning(started), pid: started.pid, log }))
  if (json)
    process.stdout.write(
      `${JSON.stringify({ running: isWhole(state), ready: state.isReady, parts, env: state.addresses, urls: state.urls })}\n`,
    )
  else {
    for (const { name, running, pid } of parts) say(`${name.padEnd(18)} ${running ? `runs (process ${pid})` : 'has ended'}`)
    if (isWhole(state)) printStatus(state)
  }
  return isWhole(state) ? 0 : 1
}

function printStatus(state: StackState): void {
  const demo =
    state.urls['chat-form-intake'] === undefined
      ? []
      : [
          'Next:',
          '  npx tributary doctor',
          '  npx tributary events tail --topic lead.status --from-beginning --limit 5',
          '  npm run stack -- status',
        ]
  const signIn = state.signIn ?? []
  say(
    [
      '',
      'Tributary is ready.',
      ...Object.entries(state.urls).map(([name, url]) => `  ${name.padEnd(18)} ${url}`),
      ...(signIn.length === 0 ? [] : ['Sign in to the demo (POST /v1/session):']),
      ...signIn.map(({ tenant, email, password }) => `  tenant ${tenant}, ${email}, password "${password}"`),
      'For your shell:',
      ...Object.entries(state.addresses).map(([name, value]) => `  export ${name}=${value}`),
      ...demo,
    ].join('\n'),
  )
}

async function logs(options: StackOptions, name: string | undefined, follow: boolean): Promise<number> {
  const parts = readState(options.data)?.parts ?? []
  const chosen = name === undefined ? parts : parts.filter((part) => part.name === name)
  if (chosen.length === 0) {
    say(
      name === undefined
        ? 'No stack runs in this folder.'
        : `No part is named ${name}; there are ${parts.map((part) => part.name).join(', ') || 'none'}.`,
    )
    return 1
  }
  if (follow) {
    const tail = spawn('tail', ['-n', '50', '-F', ...chosen.map(({ log }) => log)], { stdio: 'inherit' })
    return await new Promise((resolve) => tail.once('exit', (code) => resolve(code ?? 0)))
  }
  for (const { name: partName, log } of chosen) {
    process.stdout.write(`==> ${partName} (${log})\n`)
    await new Promise<void>((resolve) =>
      createReadStream(log)
        .on('end', () => resolve())
        .pipe(process.stdout, { end: false }),
    )
  }
  return 0
}

async function down(options: StackOptions): Promise<number> {
  const state = readState(options.data)
  if (state === undefined) say('No stack runs in this folder.')
  else {
    // The supervisor takes the parts down; where it is gone, this program does.
    if (isRunning(state.supervisor)) await stopProgram(state.supervisor, 60_000)
    await bringDown(options, state)
    forgetState(options.data)
    say(`Stopped. The data stay in ${options.data}; \`npm run stack -- purge\` removes them.`)
  }
  return 0
}

async function purge(options: StackOptions): Promise<number> {
  await down(options)
  for (const name of ['kafka', 'mariadb', 'prometheus', 'logs']) rmSync(join(options.data, name), { recursive: true, force: true })
  say(`Removed the data of this stack from ${options.data}.`)
  return 0
}
