import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const sources = ['services', 'schemas', 'ops', 'test', 'package.json', 'tsconfig.json']

/** Installs the packages when the lock file changed, and compiles when a source is newer than the last build. Uses nothing but Node. */
export async function prepareProject() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 12)) stop(`Node ${process.versions.node} is too old: install Node 20.12 or newer.`)
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const mark = join(root, 'node_modules', '.tributary-lock')
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
    say('installing packages …')
    run(
      'npm',
      ['ci', '--no-audit', '--no-fund'],
      'The packages could not be installed. Check that npm reaches its registry, then run this again.',
    )
    writeFileSync(mark, lock)
  }
  const built = join(root, 'dist', '.built')
  if (!existsSync(built) || newest(sources) > statSync(built).mtimeMs) {
    say('compiling …')
    run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'], 'The sources do not compile; see above.')
    mkdirSync(dirname(built), { recursive: true })
    writeFileSync(built, '')
  }
}

function newest(names) {
  return Math.max(...names.map((name) => newestIn(join(root, name))))
}

function newestIn(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}

function run(command, args, onFailure) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`.split('\n').slice(-20).join('\n'))
  stop(onFailure)
}

const say = (text) => process.stderr.write(`${text}\n`)

function stop(text) {
  say(text)
  process.exit(1)
}
