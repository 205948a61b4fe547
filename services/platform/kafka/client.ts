import kafkajs, { type KafkaConfig, type SASLOptions } from 'kafkajs'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { stopIdleSpin } from './stop-idle-spin.ts'

export const kafkaSettings = [
  'KAFKA_BROKERS',
  'KAFKA_SSL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_PREFIX',
] as const
export type KafkaSettings = Pick<Config, (typeof kafkaSettings)[number]>

/**
 * A new client of the brokers. One for each consumer, producer and admin: clients share committed offsets between consumers of one group (hazard K13).
 * kafkajs logs through `log`; its own ERROR lines are warnings here, because the caller decides what a person must act on.
 */
export function createKafka(settings: KafkaSettings, clientId: string, log: Logger): kafkajs.Kafka {
  stopIdleSpin()
  const config: KafkaConfig = {
    clientId,
    brokers: settings.KAFKA_BROKERS.split(','),
    ssl: settings.KAFKA_SSL === 'true',
    connectionTimeout: 10_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 200, maxRetryTime: 8_000, retries: 12 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      log[entry.level <= kafkajs.logLevel.WARN ? 'warn' : 'debug']({ part: 'kafkajs', detail: entry.namespace }, entry.log.message)
    },
  }
  const sasl = saslOf(settings)
  return new kafkajs.Kafka(sasl === undefined ? config : { ...config, sasl })
}

function saslOf(settings: KafkaSettings): SASLOptions | undefined {
  const login = { username: settings.KAFKA_SASL_USERNAME, password: settings.KAFKA_SASL_PASSWORD }
  switch (settings.KAFKA_SASL_MECHANISM) {
    case '':
      return undefined
    case 'plain':
      return { mechanism: 'plain', ...login }
    case 'scram-sha-256':
      return { mechanism: 'scram-sha-256', ...login }
    case 'scram-sha-512':
      return { mechanism: 'scram-sha-512', ...login }
  }
}
