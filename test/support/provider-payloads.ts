import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export type ProviderPayload = { name: string; payload: unknown }

/** Our own payloads, written in the shape that the provider documents. */
export function ownPayloads(provider: string): ProviderPayload[] {
  return read(join('test', 'support', 'fixtures', provider))
}

/** Payloads of the provider that others published, where they lie beside the project; none elsewhere, and that is said. */
export function publishedPayloads(provider: string): ProviderPayload[] {
  const folder = join('..', 'shared', 'payloads', provider)
  if (!existsSync(folder)) {
    process.stderr.write(`no published payloads of ${provider} beside the project (${folder}): only our own are tested\n`)
    return []
  }
  return read(folder).filter(({ name }) => !name.startsWith('auth_vectors'))
}

function read(folder: string): ProviderPayload[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, payload: JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown }))
}
