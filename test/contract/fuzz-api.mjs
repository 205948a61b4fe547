// Asks the API, as its OpenAPI document describes it, for whatever schemathesis thinks of: no 5xx, no answer that the document does not know. Needs a running local stack
// (`npm run stack -- up`) whose data may be changed, and schemathesis (`python3 -m venv /tmp/st && /tmp/st/bin/pip install schemathesis`). Where that is missing it says so and
// passes. Words after the script go to schemathesis, for example `--seed 1`.
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scopes = [
  'leads:read leads:write leads:export settings:read settings:write users:read users:write tokens:write',
  'operations:read operations:write webhooks:write audit:read',
].flatMap((words) => words.split(' '))
const checks = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection'
const say = (text) => process.stderr.write(`${text}\n`)

const fuzzer = [process.env.SCHEMATHESIS ?? 'schemathesis', '/tmp/st/bin/schemathesis'].find(
  (program) => spawnSync(program, ['--version']).status === 0,
)
if (fuzzer === undefined) {
  say('LEFT OUT: schemathesis is not installed, the API was not fuzzed. Install it, or name it with SCHEMATHESIS=/path/to/schemathesis.')
  process.exit(0)
}

const status = spawnSync(process.execPath, ['ops/local/stack.mjs', 'status', '--json', ...stackWords()], { encoding: 'utf8' })
const stack = JSON.parse(status.stdout || '{}')
if (stack.ready !== true) {
  say('No local stack is ready: start one with `npm run stack -- up --detach`, then run this again.')
  process.exit(1)
}
const env = { ...process.env, ...stack.env }
const made = spawnSync(process.execPath, ['services/cli/tributary.mjs', 'tokens', 'add', '--tenant', 'demo', '--name', 'fuzz-api', '--days', '1', '--json', '--scope', ...scopes], { encoding: 'utf8', env }) // prettier-ignore
if (made.status !== 0) {
  say(made.stderr.trim())
  process.exit(1)
}

// An API of its own, because that of the stack answers so many requests with 429, as it should.
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const api = spawn(process.execPath, ['dist/services/api/main.js'], {
  env: {
    ...env,
    API_HOST: '127.0.0.1',
    API_PORT: String(port),
    OPS_PORT: '0',
    PUBLIC_URL: url,
    API_REQUESTS_PER_MINUTE: '10000000',
    LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'inherit', 'inherit'],
})
let exitCode = 1
try {
  await untilItAnswers(`${url}/docs/json`)
  const { secret } = JSON.parse(made.stdout)
  // A stream of events never ends, and who finds out how to revoke tokens revokes the one in hand: both have tests of their own.
  const words = [
    '--config-file',
    join(process.cwd(), 'test/contract/schemathesis.toml'),
    'run',
    `${url}/docs/json`,
    '-u',
    url,
    '-H',
    `Authorization: Bearer ${secret}`,
    '-c',
    checks,
    '--continue-on-failure',
  ]
  const limits = [
    '--exclude-operation-id',
    'followLeads',
    '--exclude-operation-id',
    'revokeToken',
    '--request-timeout',
    '15',
    ...ownWords(),
  ]
  exitCode = await new Promise((resolve) =>
    spawn(fuzzer, [...words, ...limits], { stdio: 'inherit', cwd: tmpdir() }).once('exit', (code) => resolve(code ?? 1)),
  )
} finally {
  api.kill('SIGTERM')
}
process.exitCode = exitCode

function stackWords() {
  const at = process.argv.indexOf('--data')
  return at === -1 ? [] : ['--data', process.argv[at + 1] ?? '']
}

function ownWords() {
  const at = process.argv.indexOf('--data')
  return process.argv.slice(2).filter((_, index) => at === -1 || (index + 2 !== at && index + 2 !== at + 1))
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address()
      server.close(() => resolve(free))
    })
  })
}

async function untilItAnswers(address) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    if ((await fetch(address).catch(() => undefined))?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${address} does not answer`)
}
