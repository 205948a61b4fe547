import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { connectDatabase } from '../../services/platform/mysql/connection.ts'
import { programPath } from './check-machine.ts'
import { startProgram } from './child-process.ts'
import { PartFailure, type LocalPart } from './part.ts'
import { portOf, type StackOptions } from './stack-options.ts'

/** Address of the local database as its administrator, and as the fleet. Both are for this machine only. */
export const adminUrl = (options: StackOptions) => `mysql://root@127.0.0.1:${portOf(options, 'database')}/mysql`
export const fleetUrl = (options: StackOptions) => `mysql://tributary:tributary@127.0.0.1:${portOf(options, 'database')}/tributary`

/** MariaDB from the distribution's packages, with a data folder of its own. */
export function databasePart(options: StackOptions): LocalPart {
  const data = join(options.data, 'mariadb')
  const log = join(options.data, 'logs', 'database.log')
  const user = serverUser(options.data)
  return {
    name: 'database',
    ports: ['database'],
    log,
    patienceMs: 60_000,
    prepare: async () => {
      if (existsSync(join(data, 'mysql'))) return
      mkdirSync(data, { recursive: true })
      if (user !== undefined) spawnSync('chown', ['-R', user, data])
      const installed = spawnSync(
        'mariadb-install-db',
        [
          `--datadir=${data}`,
          '--auth-root-authentication-method=normal',
          '--skip-test-db',
          ...(user === undefined ? [] : [`--user=${user}`]),
        ],
        { encoding: 'utf8' },
      )
      if (installed.status !== 0)
        throw new PartFailure(`the database could not be made: ${(installed.stderr || installed.stdout).trim().split('\n').at(-1)}`, log)
    },
    start: () =>
      startProgram(
        programPath('mariadbd', options.env['PATH'] ?? '') ?? 'mariadbd',
        [
          '--no-defaults',
          `--datadir=${data}`,
          `--port=${portOf(options, 'database')}`,
          '--bind-address=127.0.0.1',
          `--socket=${join(data, 'server.sock')}`,
          `--pid-file=${join(data, 'server.pid')}`,
          '--innodb-buffer-pool-size=512M',
          '--innodb-log-file-size=256M',
          '--character-set-server=utf8mb4',
          '--collation-server=utf8mb4_unicode_ci',
          '--skip-name-resolve',
          '--max-connections=200',
          ...(user === undefined ? [] : [`--user=${user}`]),
        ],
        { cwd: data, env: options.env, log },
      ),
    isReady: async () => {
      const db = connectDatabase(adminUrl(options), 1)
      try {
        await db.raw('CREATE DATABASE IF NOT EXISTS tributary CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci')
        for (const host of ['localhost', '127.0.0.1']) {
          await db.raw(`CREATE USER IF NOT EXISTS 'tributary'@'${host}' IDENTIFIED BY 'tributary'`)
          await db.raw(`GRANT ALL ON \`tributary%\`.* TO 'tributary'@'${host}'`)
        }
        return true
      } finally {
        await db.destroy()
      }
    },
  }
}

/** The server refuses to run as root: then it runs as `mysql`, or, where that user cannot reach the data folder, as root by explicit wish. */
function serverUser(folder: string): string | undefined {
  if (process.getuid?.() !== 0) return undefined
  mkdirSync(folder, { recursive: true })
  return spawnSync('runuser', ['-u', 'mysql', '--', 'test', '-x', folder]).status === 0 ? 'mysql' : 'root'
}
