import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { TributaryError } from './errors.ts'

const port = z.coerce.number().int().min(0).max(65535)
const positive = z.coerce.number().int().positive()
const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), `is no ${protocols.join(' or ')}// address`)

/** Every variable: its shape, default, example and meaning. README's table is checked against it. */
export const settings = {
  KAFKA_BROKERS: {
    shape: z.string().regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'is no list of host:port'),
    default: undefined,
    example: '127.0.0.1:9092',
    meaning: 'Kafka brokers, host:port separated by commas',
  },
  KAFKA_SSL: { shape: z.enum(['true', 'false']), default: 'false', example: 'true', meaning: 'TLS to the brokers' },
  KAFKA_SASL_MECHANISM: {
    shape: z.enum(['', 'plain', 'scram-sha-256', 'scram-sha-512']),
    default: '',
    example: 'scram-sha-512',
    meaning: 'SASL mechanism; empty for none',
  },
  KAFKA_SASL_USERNAME: { shape: z.string(), default: '', example: 'tributary', meaning: 'SASL user' },
  KAFKA_SASL_PASSWORD: { shape: z.string(), default: '', example: 'secret', meaning: 'SASL password' },
  KAFKA_PREFIX: {
    shape: z.string().regex(/^[a-zA-Z0-9._-]*$/, 'has a character that a topic cannot have'),
    default: '',
    example: 'staging.',
    meaning: 'put before every topic, subject and consumer group, so that two fleets can share a cluster',
  },
  KAFKA_SESSION_TIMEOUT_MS: {
    shape: positive.min(6_000).max(300_000),
    default: '30000',
    example: '30000',
    meaning: 'Time after which the group gives the partitions of a silent process to others',
  },
  SCHEMA_REGISTRY_URL: {
    shape: url('http:', 'https:'),
    default: undefined,
    example: 'http://127.0.0.1:8081/apis/ccompat/v7',
    meaning: 'Schema registry, Confluent-compatible API',
  },
  MYSQL_URL: {
    shape: url('mysql:'),
    default: undefined,
    example: 'mysql://tributary:secret@127.0.0.1:3306/tributary',
    meaning: 'MySQL 8.4+ or MariaDB 10.11+; `?ssl=true` for TLS',
  },
  MYSQL_POOL_SIZE: { shape: positive, default: '6', example: '6', meaning: 'Connections of one process' },
  SMTP_URL: {
    shape: url('smtp:', 'smtps:'),
    default: undefined,
    example: 'smtp://127.0.0.1:1025',
    meaning: 'Mail server; user and password in the address, which are given only over TLS unless the server is on this machine',
  },
  MAIL_FROM: {
    shape: z.email(),
    default: 'leads@tributary.example',
    example: 'leads@shop.example',
    meaning: 'Sender of notification mails',
  },
  MAIL_CLAIM_SECONDS: { shape: positive, default: '60', example: '60', meaning: 'Time after which a mail whose mailer died is sent again' },
  API_HOST: { shape: z.string().min(1), default: '127.0.0.1', example: '0.0.0.0', meaning: 'Address that the API listens on' },
  API_PORT: { shape: port, default: '8080', example: '8080', meaning: 'Port that the API listens on; 0 takes a free one' },
  PUBLIC_URL: {
    shape: url('http:', 'https:'),
    default: 'http://127.0.0.1:8080',
    example: 'https://leads.shop.example',
    meaning: 'Address under which people reach the API and the console; links in mails begin with it',
  },
  OPEN_ID_ISSUER: {
    shape: z.union([z.literal(''), url('http:', 'https:')]),
    default: '',
    example: 'https://accounts.google.com',
    meaning: 'OpenID Connect provider at which people may sign in; empty for none',
  },
  OPEN_ID_CLIENT_ID: { shape: z.string(), default: '', example: 'tributary', meaning: 'Client id at the OpenID Connect provider' },
  OPEN_ID_CLIENT_SECRET: { shape: z.string(), default: '', example: 'secret', meaning: 'Client secret at the OpenID Connect provider' },
  API_TRUSTED_PROXIES: {
    shape: z.string().regex(/^([0-9a-fA-F.:]+(\/\d{1,3})?(,[0-9a-fA-F.:]+(\/\d{1,3})?)*)?$/, 'is no list of addresses or networks'),
    default: '',
    example: '10.0.0.0/8,127.0.0.1',
    meaning: 'Proxies whose X-Forwarded-For names the address of who asks, separated by commas; empty for none',
  },
  API_REQUESTS_PER_MINUTE: {
    shape: positive,
    default: '1200',
    example: '1200',
    meaning: 'Requests a minute that one credential or, without one, one address may make of one API process',
  },
  WEBHOOK_ALLOW_PRIVATE: {
    shape: z.enum(['true', 'false']),
    default: 'false',
    example: 'true',
    meaning: 'Lets webhooks go to http and to addresses in private networks; only for a fleet whose tenants are all trusted',
  },
  WEBHOOK_TIMEOUT_MS: {
    shape: positive.min(100).max(60_000),
    default: '15000',
    example: '15000',
    meaning: 'Time of one try to deliver a webhook, at most',
  },
  OPS_HOST: { shape: z.string().min(1), default: '127.0.0.1', example: '0.0.0.0', meaning: 'Address of /metrics, /livez and /readyz' },
  OPS_PORT: { shape: port, default: '0', example: '9101', meaning: 'Port of /metrics, /livez and /readyz; 0 takes a free one' },
  LOG_LEVEL: {
    shape: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    default: 'info',
    example: 'debug',
    meaning: 'Least level that is logged',
  },
  UNIT_MAX_RECORDS: { shape: positive.max(500), default: '500', example: '200', meaning: 'Records in a work unit, at most' },
  UNIT_MAX_BYTES: { shape: positive, default: '1048576', example: '524288', meaning: 'Bytes in a work unit, at most' },
  UNIT_DEADLINE_MS: {
    shape: positive,
    default: '9000',
    example: '9000',
    meaning: 'Time of one transaction, at most; with the 5 s that a connection may take, less than half of KAFKA_SESSION_TIMEOUT_MS',
  },
  SHUTDOWN_DEADLINE_MS: { shape: positive, default: '20000', example: '20000', meaning: 'Time to stop in before the process exits anyway' },
} as const

/** Longest wait for a connection of the pool (services/platform/mysql/connection.ts). */
const connectionMs = 5_000

export type SettingName = keyof typeof settings
export type Config = { readonly [N in SettingName]: z.infer<(typeof settings)[N]['shape']> }

/**
 * Parses the named settings from `env`, once, at start. `NAME_FILE` may name a file that holds the value (secrets).
 * Throws `config-invalid` with one line per bad variable: its name, what is wrong, the meaning and an example; never its value.
 */
export function readConfig<N extends SettingName>(names: readonly N[], env: Record<string, string | undefined>): Readonly<Pick<Config, N>> {
  const problems: string[] = []
  const parsed: Record<string, unknown> = {}
  for (const name of names) {
    const setting = settings[name]
    const file = env[`${name}_FILE`]
    const text = env[name] ?? (file === undefined ? setting.default : readSecret(name, file, problems))
    if (text === undefined) {
      problems.push(`${name} is not set: ${setting.meaning}. Example: ${name}=${setting.example}`)
      continue
    }
    const result = setting.shape.safeParse(text)
    if (result.success) parsed[name] = result.data
    else
      problems.push(`${name} ${result.error.issues[0]?.message ?? 'is invalid'}: ${setting.meaning}. Example: ${name}=${setting.example}`)
  }
  const { UNIT_DEADLINE_MS: deadline, KAFKA_SESSION_TIMEOUT_MS: session } = parsed as Partial<Config>
  if (deadline !== undefined && session !== undefined && deadline + connectionMs >= session / 2) {
    problems.push(
      `UNIT_DEADLINE_MS and the ${connectionMs} ms that a connection may take are not less than half of KAFKA_SESSION_TIMEOUT_MS: the group would take a working process for dead. Lower the one or raise the other.`,
    )
  }
  if (problems.length > 0) throw new TributaryError('config-invalid', [...new Set(problems)].join('\n'))
  return Object.freeze(parsed) as Readonly<Pick<Config, N>>
}

function readSecret(name: string, file: string, problems: string[]): string {
  try {
    return readFileSync(file, 'utf8').trimEnd()
  } catch {
    problems.push(`${name}_FILE names a file that cannot be read; give the path of a file that holds the value of ${name}`)
    return ''
  }
}
