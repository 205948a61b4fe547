import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { withAdmin } from '../../services/platform/kafka/admin.ts'
import type { KafkaSettings } from '../../services/platform/kafka/client.ts'
import { startProgram } from './child-process.ts'
import { PartFailure, type LocalPart } from './part.ts'
import { portOf, type StackOptions } from './stack-options.ts'

const kafkaVersion = '4.3.1'
const registryVersion = '2.6.13.Final'
const nobody = { KAFKA_SSL: 'false', KAFKA_SASL_MECHANISM: '', KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '', KAFKA_PREFIX: '' } as const

/** Settings of a client of the brokers at `brokers`, without TLS and login. */
export const plainKafka = (brokers: string): KafkaSettings => ({ ...nobody, KAFKA_BROKERS: brokers })

/** Apache Kafka, one node in KRaft mode. */
export function kafkaPart(options: StackOptions): LocalPart {
  const home = join(options.cache, `kafka-${kafkaVersion}`)
  const data = join(options.data, 'kafka')
  const log = join(options.data, 'logs', 'kafka.log')
  const properties = join(data, 'server.properties')
  const classPath = join(home, 'libs', '*')
  const brokers = `127.0.0.1:${portOf(options, 'kafka')}`
  return {
    name: 'kafka',
    ports: ['kafka', 'kafka controller'],
    log,
    patienceMs: 60_000,
    prepare: async () => {
      if (!existsSync(home)) {
        const partial = `${home}.${process.pid}`
        runMaven(['-f', join(options.root, 'ops/local/pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${partial}/libs`], log)
        if (existsSync(home)) rmSync(partial, { recursive: true })
        else renameSync(partial, home)
      }
      mkdirSync(data, { recursive: true })
      writeFileSync(properties, serverProperties(portOf(options, 'kafka'), portOf(options, 'kafka controller'), join(data, 'log')))
      if (existsSync(join(data, 'log', 'meta.properties'))) return
      // The tool takes an id that begins with a hyphen for an option.
      const id = `k${randomBytes(16).toString('base64url').slice(1)}`
      const formatted = spawnSync('java', ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', properties], {
        encoding: 'utf8',
      })
      if (formatted.status !== 0)
        throw new PartFailure(`kafka's storage could not be formatted: ${formatted.stderr.trim().split('\n').at(-1)}`, log)
    },
    start: () =>
      startProgram('java', ['-Xmx512m', '-Xms256m', '-cp', classPath, 'kafka.Kafka', properties], { cwd: data, env: options.env, log }),
    isReady: async () =>
      await withAdmin(plainKafka(brokers), pino({ level: 'silent' }), async (admin) => (await admin.brokers()).length > 0),
  }
}

/** Apicurio, which speaks the Confluent registry's API; it keeps schemas in memory, so they are registered at each start. */
export function registryPart(options: StackOptions): LocalPart {
  const home = join(options.cache, `apicurio-${registryVersion}`)
  const log = join(options.data, 'logs', 'registry.log')
  const port = portOf(options, 'registry')
  return {
    name: 'registry',
    ports: ['registry'],
    log,
    patienceMs: 60_000,
    prepare: async () => {
      if (existsSync(home)) return
      const partial = `${home}.${process.pid}`
      runMaven(
        [
          '-f',
          join(options.root, 'ops/local/pom.xml'),
          'dependency:copy',
          `-Dartifact=io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`,
          `-DoutputDirectory=${partial}`,
        ],
        log,
      )
      const archive = join(partial, `apicurio-registry-app-${registryVersion}-all.tar.gz`)
      if (spawnSync('tar', ['-xzf', archive, '-C', partial]).status !== 0) throw new PartFailure('the registry could not be unpacked', log)
      rmSync(archive)
      if (existsSync(home)) rmSync(partial, { recursive: true })
      else renameSync(partial, home)
    },
    start: () =>
      startProgram(
        'java',
        [
          '-Xmx256m',
          `-Dquarkus.http.port=${port}`,
          '-Dquarkus.http.host=127.0.0.1',
          '-jar',
          join(home, `apicurio-registry-app-${registryVersion}-runner.jar`),
        ],
        { cwd: home, env: options.env, log },
      ),
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/apis/ccompat/v7/subjects`)).ok,
  }
}

function runMaven(args: string[], log: string): void {
  const result = spawnSync('mvn', ['-q', '-B', ...args], { encoding: 'utf8' })
  if (result.status !== 0)
    throw new PartFailure(
      `Maven could not fetch a part (${(result.stdout || result.stderr || String(result.error)).trim().split('\n')[0]})`,
      log,
    )
}

function serverProperties(port: number, controllerPort: number, logDir: string): string {
  return (
    [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
      `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
      'controller.listener.names=CONTROLLER',
      'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      `log.dirs=${logDir}`,
      'num.partitions=6',
      'offsets.topic.replication.factor=1',
      'offsets.topic.num.partitions=8',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      'transaction.state.log.num.partitions=8',
      'group.initial.rebalance.delay.ms=0',
      'auto.create.topics.enable=false',
    ].join('\n') + '\n'
  )
}
