import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { readConfig, type Config, type SettingName } from '../platform/config.ts'
import { kafkaSettings, type KafkaSettings } from '../platform/kafka/client.ts'
import { createLogger } from '../platform/logger.ts'
import { connectDatabase } from '../platform/mysql/connection.ts'

/** The named settings, from the environment. */
export const settingsOf = <N extends SettingName>(...names: N[]): Readonly<Pick<Config, N>> => readConfig(names, process.env)

export const kafka = (): KafkaSettings => settingsOf(...kafkaSettings)

/** A command's log: silent, because a command speaks through its output; LOG_LEVEL=debug makes the libraries heard. */
export const quietLog = (): Logger => createLogger(process.env['LOG_LEVEL'] === 'debug' ? 'debug' : 'silent', 'tributary')

/** Opens the database, runs `work`, closes it. */
export async function withDatabase<Result>(work: (db: Knex) => Promise<Result>): Promise<Result> {
  const db = connectDatabase(settingsOf('MYSQL_URL').MYSQL_URL, 4)
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}
