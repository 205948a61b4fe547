import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import avsc from 'avsc'

/** Folder of the schemas in the project, from the compiled program or from its source. */
export function schemaFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return join(folder, 'schemas', 'events')
}

/** Whether all versions of each schema, released ones and today's, can read each other, both ways: FULL_TRANSITIVE without a registry. Answers the pairs tried and what does not fit. */
export function checkSchemas(folder = schemaFolder()): { pairs: number; problems: string[] } {
  const problems: string[] = []
  let pairs = 0
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.avsc'))) {
    const versions = [...releasedVersions(folder, file), { name: 'today', path: join(folder, file) }].map(({ name, path }) => ({
      name,
      type: avsc.Type.forSchema(JSON.parse(readFileSync(path, 'utf8')) as avsc.Schema),
    }))
    for (const reader of versions) {
      for (const writer of versions) {
        pairs++
        try {
          reader.type.createResolver(writer.type)
        } catch (error) {
          problems.push(`${file}: ${reader.name} cannot read ${writer.name}: ${(error as Error).message}`)
        }
      }
    }
  }
  return { pairs, problems }
}

function releasedVersions(folder: string, file: string): { name: string; path: string }[] {
  const released = join(folder, 'released')
  if (!existsSync(released)) return []
  return readdirSync(released)
    .map((version) => ({ name: `version ${version}`, path: join(released, version, file) }))
    .filter(({ path }) => existsSync(path))
}
