import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram } from './child-process.ts'
import type { LocalPart } from './part.ts'
import { portOf, processNames, type StackOptions } from './stack-options.ts'

/** Addresses of everything that the fleet needs, whoever started it. */
export type Addresses = { KAFKA_BROKERS: string; SCHEMA_REGISTRY_URL: string; MYSQL_URL: string; SMTP_URL: string }

export function mailCatcherPart(options: StackOptions): LocalPart {
  const log = join(options.data, 'logs', 'mail-catcher.log')
  const page = portOf(options, 'mail catcher (page)')
  return {
    name: 'mail catcher',
    ports: ['mail catcher (SMTP)', 'mail catcher (page)'],
    log,
    patienceMs: 20_000,
    start: () =>
      startProgram(
        process.execPath,
        [join(options.root, 'dist/ops/local/mail-catcher.js'), String(portOf(options, 'mail catcher (SMTP)')), String(page)],
        { cwd: options.root, env: options.env, log },
      ),
    isReady: async () => (await fetch(`http://127.0.0.1:${page}/api/messages`)).ok,
  }
}

/** One process of the fleet. */
export function processPart(name: (typeof processNames)[number], options: StackOptions, addresses: Addresses): LocalPart {
  const log = join(options.data, 'logs', `${name}.log`)
  const port = portOf(options, name)
  return {
    name,
    ports: name === 'api' ? [name, 'api (HTTP)'] : [name],
    log,
    patienceMs: 60_000,
    start: () =>
      startProgram(process.execPath, ['--enable-source-maps', join(options.root, 'dist/services', name, 'main.js')], {
        cwd: options.root,
        env: { ...httpSettings(options), ...options.env, ...addresses, OPS_HOST: '127.0.0.1', OPS_PORT: String(port) },
        log,
      }),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
  }
}

/** Where the API of this stack is found. */
export const apiUrl = (options: StackOptions) => `http://127.0.0.1:${portOf(options, 'api (HTTP)')}`

const httpSettings = (options: StackOptions) => ({ API_PORT: String(portOf(options, 'api (HTTP)')), PUBLIC_URL: apiUrl(options) })

/** Prometheus, scraping every process, with the rules of ops/prometheus; undefined where it is not installed. */
export function prometheusPart(options: StackOptions): LocalPart | undefined {
  const binary = ['/usr/bin/prometheus', '/usr/local/bin/prometheus'].find((path) => existsSync(path))
  if (binary === undefined) return undefined
  const data = join(options.data, 'prometheus')
  const log = join(options.data, 'logs', 'prometheus.log')
  const port = portOf(options, 'prometheus')
  const config = join(data, 'prometheus.yml')
  return {
    name: 'prometheus',
    ports: ['prometheus'],
    log,
    patienceMs: 30_000,
    prepare: async () => {
      mkdirSync(data, { recursive: true })
      writeFileSync(config, scrapeConfig(options))
    },
    start: () =>
      startProgram(
        binary,
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(data, 'tsdb')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--storage.tsdb.retention.time=2d',
          '--log.level=warn',
        ],
        { cwd: data, env: options.env, log },
      ),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok,
  }
}

function scrapeConfig(options: StackOptions): string {
  const rules = join(options.root, 'ops', 'prometheus', 'rules')
  const files = existsSync(rules) ? readdirSync(rules).filter((file) => file.endsWith('.yml')) : []
  const targets = processNames.map((name) => `      - targets: ['127.0.0.1:${portOf(options, name)}']\n        labels: { worker: ${name} }`)
  return `global:
  scrape_interval: 5s
  evaluation_interval: 5s
rule_files: [${files.map((file) => `'${join(rules, file)}'`).join(', ')}]
scrape_configs:
  - job_name: tributary
    honor_labels: true
    static_configs:
${targets.join('\n')}
`
}
