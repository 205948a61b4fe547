import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { describe, expect, it } from '@jest/globals'
import { processNames } from '../../../ops/local/stack-options.ts'
import { readConfig, settings, type SettingName } from '../../../services/platform/config.ts'

type Service = {
  image?: string
  build?: { dockerfile: string }
  command?: string[]
  environment?: Record<string, string | number>
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test?: string[]; disable?: boolean }
  ports?: string[]
  volumes?: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  user?: string
  restart?: string
  stop_grace_period?: string
}
type Compose = { name: string; services: Record<string, Service>; volumes: Record<string, null> }

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as Compose
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }))
const serviceOf = (name: string): Service => compose.services[name] ?? {}
/** What compose puts in when the shell sets nothing. */
const filled = (value: string | number) => String(value).replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')
const environmentOf = (name: string) =>
  Object.fromEntries(Object.entries(serviceOf(name).environment ?? {}).map(([key, value]) => [key, filled(value)]))
const ours = services.filter(({ build }) => build !== undefined)

describe('docker-compose.yml', () => {
  it('has every process of the fleet, started from its own entry point', () => {
    for (const name of processNames) expect(serviceOf(name).command).toEqual(['node', `dist/services/${name}/main.js`])
    expect(ours.map(({ name }) => name).toSorted()).toEqual([...processNames, 'setup'].toSorted())
  })

  it.each(services)('$name has a health check, or runs once and is waited for', ({ name, healthcheck }) => {
    if (name === 'setup') expect(healthcheck).toEqual({ disable: true })
    else expect(healthcheck?.test?.[0]).toMatch(/^CMD(-SHELL)?$/)
  })

  it.each(services)('$name runs a pinned image', ({ image = '' }) => {
    expect(image).toMatch(/^[a-z0-9./-]+:[\w.-]+$/)
    expect(image).not.toMatch(/:latest$/)
  })

  it('runs the real upstream images', () => {
    const images = services.map(({ image = '' }) => image)
    for (const image of ['apache/kafka:4.3.1', 'mysql:8.4', 'apicurio/apicurio-registry-kafkasql:2.6.13.Final'])
      expect(images).toContain(image)
    expect(images.some((image) => image.startsWith('prom/prometheus:v'))).toBe(true)
  })

  it.each(ours)('$name sets only variables that are read, and all that it needs', ({ name }) => {
    const environment = environmentOf(name)
    for (const key of Object.keys(environment)) expect(Object.keys(settings)).toContain(key)
    const needed = Object.entries(settings).flatMap(([key, { default: fallback }]) => (fallback === undefined ? [key as SettingName] : []))
    const wanted = needed.filter((key) => key !== 'SMTP_URL' || ['lead-mailer', 'api'].includes(name))
    expect(() => readConfig([...wanted, ...(Object.keys(environment) as SettingName[])], environment)).not.toThrow()
  })

  it.each(ours)('$name names only hosts that are services, and waits until they are well', ({ name, depends_on = {} }) => {
    const environment = environmentOf(name)
    const hosts = [
      ...(environment['KAFKA_BROKERS'] ?? '').split(',').map((broker) => broker.split(':')[0] ?? ''),
      ...['SCHEMA_REGISTRY_URL', 'MYSQL_URL', 'SMTP_URL'].flatMap((key) =>
        environment[key] === undefined ? [] : [new URL(environment[key]).hostname],
      ),
    ]
    for (const host of hosts) expect([host, depends_on[host]]).toEqual([host, { condition: 'service_healthy' }])
    expect(depends_on['setup']).toEqual(name === 'setup' ? undefined : { condition: 'service_completed_successfully' })
  })

  it.each(ours)('$name can write nowhere but /tmp and gains no rights', ({ read_only, cap_drop, security_opt }) => {
    expect([read_only, cap_drop, security_opt]).toEqual([true, ['ALL'], ['no-new-privileges:true']])
  })

  it('a process has longer to stop than it allows itself', () => {
    const ownMs = Number(settings.SHUTDOWN_DEADLINE_MS.default)
    for (const name of processNames) expect(Number.parseInt(serviceOf(name).stop_grace_period ?? '0', 10) * 1000).toBeGreaterThan(ownMs)
  })

  it('opens ports on this machine only', () => {
    for (const port of services.flatMap(({ ports = [] }) => ports)) expect(filled(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  it('mounts only what exists', () => {
    for (const [source = ''] of services.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':'))))
      expect([source, source.startsWith('.') ? existsSync(source) : source in compose.volumes]).toEqual([source, true])
  })
})

describe('ops/prometheus/prometheus.yml', () => {
  it('scrapes every process once, by its name and the port of the image', () => {
    const { scrape_configs } = parse(readFileSync('ops/prometheus/prometheus.yml', 'utf8')) as {
      scrape_configs: { job_name: string; honor_labels: boolean; static_configs: { targets: string[]; labels: { worker: string } }[] }[]
    }
    const port = /OPS_PORT=(\d+)/.exec(readFileSync('ops/docker/Dockerfile', 'utf8'))?.[1]
    expect(scrape_configs.map(({ job_name, honor_labels }) => [job_name, honor_labels])).toEqual([['tributary', true]])
    expect(scrape_configs[0]?.static_configs).toEqual(
      processNames.map((name) => ({ targets: [`${name}:${port}`], labels: { worker: name } })),
    )
    for (const name of processNames) expect(serviceOf(name).healthcheck?.test?.join(' ')).toContain(`http://127.0.0.1:${port}/readyz`)
  })
})
