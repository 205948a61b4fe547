import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Knex } from 'knex'
import { migrations } from '../../schemas/migrations.ts'
import { connectDatabase } from '../platform/mysql/connection.ts'
import { migrate } from '../platform/mysql/migrate.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'

/** A migrated database of the bench's own beside the one at `mysqlUrl`, removed when `work` is done. */
export async function inBenchDatabase<Result>(mysqlUrl: string, work: (db: Knex, url: string) => Promise<Result>): Promise<Result> {
  const database = `tributary_bench_${randomUUID().slice(0, 8)}`
  const url = new URL(mysqlUrl)
  const admin = connectDatabase(url.href, 1)
  await admin.raw(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  url.pathname = `/${database}`
  const db = connectDatabase(url.href, 4)
  try {
    await migrate(db, migrations)
    return await work(db, url.href)
  } finally {
    await db.destroy()
    await admin.raw(`DROP DATABASE ${database}`)
    await admin.destroy()
  }
}

/** Starts a process of the fleet as it is, with the settings of this command and `env`. */
export function startProcess(name: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(new URL(`../${name}/main.js`, import.meta.url))], {
    env: { ...process.env, OPS_PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Asks processes to stop and waits until they are gone. */
export async function stopProcesses(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children
      .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .map(
        (child) =>
          new Promise((resolve) => {
            child.once('exit', resolve)
            child.kill('SIGTERM')
          }),
      ),
  )
}

/** The machine that was measured on. `load` is what else it had to do: the load average of a minute before. */
export function describeMachine() {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}

export async function databaseVersion(db: Knex): Promise<string> {
  const [row] = await transactionOn(db).select<{ version: string }>('SELECT VERSION() AS version')
  return row?.version ?? 'unknown'
}
