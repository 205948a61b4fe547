import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { readConfig, settings, type SettingName } from '../../../services/platform/config.ts'

describe('configuration', () => {
  it('that is missing or wrong names every variable, its meaning and an example, and never a value', () => {
    const read = () =>
      readConfig(['KAFKA_BROKERS', 'MYSQL_URL', 'OPS_PORT'], { MYSQL_URL: 'postgres://user:hunter2@host/db', OPS_PORT: '99999' })
    expect(read).toThrow(/KAFKA_BROKERS is not set: .*Example: KAFKA_BROKERS=127\.0\.0\.1:9092/)
    expect(read).toThrow(/MYSQL_URL .*Example: MYSQL_URL=mysql:/)
    expect(read).toThrow(/OPS_PORT /)
    expect(read).not.toThrow(/hunter2/)
  })

  it('comes from a file where NAME_FILE says so', () => {
    const path = join(tmpdir(), `tributary-secret-${process.pid}`)
    writeFileSync(path, 'mysql://u:p@h/d\n')
    expect(readConfig(['MYSQL_URL'], { MYSQL_URL_FILE: path }).MYSQL_URL).toBe('mysql://u:p@h/d')
  })

  it('in which a unit may outlast the group’s patience is refused', () => {
    expect(() => readConfig(['UNIT_DEADLINE_MS', 'KAFKA_SESSION_TIMEOUT_MS'], { UNIT_DEADLINE_MS: '20000' })).toThrow(
      'would take a working process for dead',
    )
  })

  it.each(Object.keys(settings) as SettingName[])('%s has an example of its own shape', (name) => {
    expect(() => settings[name].shape.parse(settings[name].example)).not.toThrow()
  })

  it('is listed whole in README, and nothing else is', () => {
    const listed = [...readFileSync('README.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
    expect(listed).toEqual(Object.keys(settings))
  })
})
