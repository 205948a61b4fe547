import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { TributaryError } from '../errors.ts'

type RegistryFailure = { status?: number; message?: string }

export type Registry = {
  /** The Avro schema with this id. Throws `unknown-schema-id`, `not-avro` or `registry-unavailable`. */
  schemaOf(id: number): Promise<object>
  /** The id under which `schema` is registered for `subject`. Throws `schema-not-registered` or `registry-unavailable`. */
  idOf(subject: string, schema: object): Promise<number>
  /** Registers `schema` for `subject`, FULL_TRANSITIVE. For the setup command only (hazard S8). Throws `schema-incompatible`. */
  register(subject: string, schema: object): Promise<number>
}

const deadlineMs = 10_000

/** The schema registry at `url` (Confluent API). Every call ends within 10 s (hazard S7). */
export function createRegistry(url: string): Registry {
  // The library has no time limit of its own: without a socket time-out a silent registry would hold a worker for ever.
  const agent = url.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true, timeout: 5_000 })
    : new HttpAgent({ keepAlive: true, timeout: 5_000 })
  const client = new SchemaRegistry({
    host: url.replace(/\/$/, ''),
    agent,
    retry: { maxRetryTimeInSecs: 2, initialRetryTimeInSecs: 0.1, factor: 0.2, multiplier: 2, retries: 2 },
  })

  const call = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    let timer: NodeJS.Timeout | undefined
    try {
      const expired = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${deadlineMs} ms`)), deadlineMs)
      })
      return await Promise.race([work(), expired])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    schemaOf: async (id) => {
      let schema: unknown
      try {
        schema = await call(() => client.getSchema(id))
      } catch (error) {
        if ((error as RegistryFailure).status === 404)
          throw new TributaryError(
            'unknown-schema-id',
            `The schema registry has no schema with id ${id}. Register it, then replay the record.`,
          )
        if (error instanceof Error && /Unsupported schema type|schemaType/i.test(error.message))
          throw new TributaryError('not-avro', `Schema ${id} is not Avro.`)
        throw unavailable(url, error)
      }
      const toJson = (schema as { schema?: () => unknown } | null)?.schema
      if (typeof toJson !== 'function') throw new TributaryError('not-avro', `Schema ${id} is not Avro.`)
      return (schema as { schema(options: object): object }).schema({ exportAttrs: true })
    },
    idOf: async (subject, schema) => {
      try {
        return await call(() => client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema: JSON.stringify(schema) }))
      } catch (error) {
        if ((error as RegistryFailure).status === 404 || (error instanceof Error && /not found|No content/i.test(error.message))) {
          throw new TributaryError(
            'schema-not-registered',
            `The schema registry does not have this version of ${subject}. Run \`npx tributary schemas register\`.`,
          )
        }
        throw unavailable(url, error)
      }
    },
    register: async (subject, schema) => {
      try {
        const { id } = await call(() =>
          client.register(
            { type: SchemaType.AVRO, schema: JSON.stringify(schema) },
            { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE },
          ),
        )
        return id
      } catch (error) {
        if ((error as RegistryFailure).status === 409)
          throw new TributaryError(
            'schema-incompatible',
            `The registry refuses ${subject}: it does not fit a version that is there (FULL_TRANSITIVE).`,
            { cause: error },
          )
        throw unavailable(url, error)
      }
    },
  }
}

function unavailable(url: string, cause: unknown): TributaryError {
  return new TributaryError(
    'registry-unavailable',
    `The schema registry at ${new URL(url).host} does not answer. Check SCHEMA_REGISTRY_URL and the registry.`,
    { cause },
  )
}
