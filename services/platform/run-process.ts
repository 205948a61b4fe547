import { readFileSync } from 'node:fs'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { migrations } from '../../schemas/migrations.ts'
import { readConfig, type Config, type SettingName } from './config.ts'
import { TributaryError } from './errors.ts'
import { createOpsServer } from './http/ops-server.ts'
import { startParts, type Part } from './lifecycle.ts'
import { createLogger } from './logger.ts'
import { Metrics } from './metrics.ts'
import { connectDatabase } from './mysql/connection.ts'
import { Health } from './worker/health.ts'

/** Settings that every process reads. */
export const processSettings = [
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_PREFIX',
  'KAFKA_SESSION_TIMEOUT_MS',
  'SCHEMA_REGISTRY_URL',
  'MYSQL_URL',
  'MYSQL_POOL_SIZE',
  'OPS_HOST',
  'OPS_PORT',
  'LOG_LEVEL',
  'UNIT_MAX_RECORDS',
  'UNIT_MAX_BYTES',
  'UNIT_DEADLINE_MS',
  'SHUTDOWN_DEADLINE_MS',
] as const satisfies SettingName[]

export type ProcessContext<Extra extends SettingName = never> = {
  settings: Pick<Config, (typeof processSettings)[number] | Extra>
  db: Knex
  migrations: typeof migrations
  metrics: Metrics
  health: Health
  log: Logger
  onFatal(error: unknown): void
}
export type ProcessParts = { parts: Part[]; refreshGauges?: () => Promise<void> }

/** Exit code of a process whose configuration or surroundings are wrong: restarting it alone does not help (sysexits EX_CONFIG). */
const exitConfig = 78
/** Exit code of a process that could not go on: start it again (sysexits EX_SOFTWARE). */
const exitSoftware = 70

/**
 * Runs one process of the fleet: parses its settings, opens the database pool, starts the ops server and the parts that `build` makes, and stops them all in
 * reverse on SIGTERM or SIGINT. Exits 0 after a clean stop, 78 when the configuration is wrong, 70 when it cannot go on.
 */
export async function runProcess<Extra extends SettingName = never>(
  name: string,
  extra: readonly Extra[],
  build: (context: ProcessContext<Extra>) => ProcessParts,
): Promise<void> {
  const settings = settingsOrExit(name, extra)
  const log = createLogger(settings.LOG_LEVEL, name)
  const metrics = new Metrics()
  const health = new Health(name, metrics)
  const db = connectDatabase(settings.MYSQL_URL, settings.MYSQL_POOL_SIZE)
  metrics.set('tributary_build_info', { worker: name, version: packageVersion(), node: process.version }, 1)

  let stop: (() => Promise<'stopped' | 'deadline'>) | undefined
  const end = async (code: number) => {
    const result = (await stop?.()) ?? 'stopped'
    log.info({ result }, result === 'stopped' ? 'stopped' : 'the deadline of the shutdown is over; leaving the rest to the next start')
    process.exit(code)
  }
  const onFatal = (error: unknown) => {
    log.error({ err: error }, 'this process cannot go on and ends')
    void end(error instanceof TributaryError && error.failure === 'fatal' ? exitConfig : exitSoftware)
  }
  process.on('unhandledRejection', onFatal)
  process.on('uncaughtException', onFatal)
  process.once('SIGTERM', () => void end(0))
  process.once('SIGINT', () => void end(0))

  const { parts, refreshGauges } = build({ settings, db, migrations, metrics, health, log, onFatal })
  const ops = createOpsServer(settings.OPS_HOST, settings.OPS_PORT, metrics, health, log, refreshGauges)
  try {
    const started = await startParts(
      [{ name: 'database', stop: () => db.destroy() }, { name: 'ops server', ...ops }, ...parts],
      settings.SHUTDOWN_DEADLINE_MS,
      log,
    )
    stop = started.stop
    log.info({ opsPort: ops.port() }, 'started')
  } catch (error) {
    onFatal(error)
  }
}

function settingsOrExit<Extra extends SettingName>(
  name: string,
  extra: readonly Extra[],
): Pick<Config, (typeof processSettings)[number] | Extra> {
  try {
    return readConfig([...processSettings, ...extra], process.env)
  } catch (error) {
    process.stderr.write(`${name} cannot start:\n${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(exitConfig)
  }
}

function packageVersion(): string {
  const root = new URL(import.meta.url.includes('/dist/') ? '../../../package.json' : '../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(root, 'utf8')) as { version: string }).version
}
