import { TributaryError } from '../errors.ts'

const unavailable = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ERR_STREAM_DESTROYED',
])
// 1040/1203/1226 too many connections, 1053 shutdown, 1290/1836 read-only, 1317/1969/3024 statement stopped, 1021 disk full, 1114 table full, 1927/2006/2013 connection killed or lost.
const unavailableNumbers = new Set([1021, 1040, 1053, 1114, 1203, 1226, 1290, 1317, 1836, 1927, 1969, 2006, 2013, 3024])
// 9004/9007 are TiDB's write conflicts.
const deadlockNumbers = new Set([1213, 9004, 9007])
const lostConnection =
  /acquire connection error|closed state|connection lost|timeout acquiring a connection|pool is probably full|gone away|write after end/i

type DriverError = { code?: string; errno?: number; fatal?: boolean; message?: string }

/**
 * Classifies an error of the driver or of knex (hazard M5: codes can be lost when a rollback fails on a dead connection, so `fatal` and the
 * message count too). What is not known stays as it is, hence is `unknown`, never poison. SQL texts and values are not carried over.
 */
export function asDatabaseError(error: unknown): unknown {
  if (error instanceof TributaryError || typeof error !== 'object' || error === null) return error
  const { code, errno, fatal, message = '' } = error as DriverError
  if (errno !== undefined && deadlockNumbers.has(errno))
    return new TributaryError('database-deadlock', 'The database broke a deadlock; the unit is run again.')
  if (message.includes('pessimistic lock retry limit reached'))
    return new TributaryError('database-deadlock', 'The database gave up on a lock; the unit is run again.')
  if (errno === 1205) return new TributaryError('database-lock-timeout', 'A row stayed locked by another process; the unit is run again.')
  const isAway =
    fatal === true ||
    (code !== undefined && unavailable.has(code)) ||
    (errno !== undefined && unavailableNumbers.has(errno)) ||
    lostConnection.test(message)
  if (isAway)
    return new TributaryError(
      'database-unavailable',
      `The database does not answer (${code ?? errno ?? 'connection closed'}). Check MYSQL_URL and the server.`,
    )
  if (typeof errno === 'number') return Object.assign(new Error(`MySQL error ${errno} (${code ?? 'no code'})`), { errno })
  return error
}
