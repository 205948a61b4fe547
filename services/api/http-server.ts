import { TributaryError } from '../platform/errors.ts'
import type { Part } from '../platform/lifecycle.ts'
import { buildApi } from './app.ts'
import type { Api, ApiParts } from './api-parts.ts'

/** The listening API as a part of its process. Stopping lets requests end that are under way. */
export function apiServer(parts: ApiParts, host: string, port: number): Part {
  let app: Api | undefined
  return {
    name: 'api server',
    start: async () => {
      app = await buildApi(parts)
      try {
        const address = await app.listen({ host, port })
        parts.log.info({ address }, 'listening')
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        throw new TributaryError('config-invalid', `API_PORT ${port} cannot be listened on (${code}). Free it or choose another port.`)
      }
    },
    stop: async () => await app?.close(),
  }
}
