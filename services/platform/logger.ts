import { pino, type Logger } from 'pino'
import type { Config } from './config.ts'

/**
 * The log of one process, one JSON object a line on stdout. ERROR means that a person must act; a retry is WARN, a duplicate DEBUG.
 * An error is logged as its name, code, message and stack, never with the properties that drivers add: those can hold SQL with values in it.
 */
export function createLogger(level: Config['LOG_LEVEL'], worker: string): Logger {
  return pino({
    level,
    base: { worker },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  })
}

type Described = { name: string; code?: string; message: string; stack?: string; cause?: Described }

function describeError(error: unknown): Described {
  if (!(error instanceof Error)) return { name: 'unknown', message: 'a value that is no error was thrown' }
  const { code } = error as { code?: unknown }
  const described: Described = { name: error.name, message: withoutSql(error.message) }
  if (typeof code === 'string') described.code = code
  if (error.stack !== undefined)
    described.stack = error.stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 12)
      .join('\n')
  if (error.cause !== undefined) described.cause = describeError(error.cause)
  return described
}

// knex puts the whole statement, values included, before " - " and the server's own text, which may quote a value.
function withoutSql(message: string): string {
  return /^\s*(select|insert|update|delete|commit|rollback|set|create|alter)\b/i.test(message) ? 'a statement failed' : message
}
