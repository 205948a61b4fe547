import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringUp } from '../../dist/ops/local/bring-up.js'
import { ownProgram } from '../../dist/ops/local/child-process.js'
import { isPortFree } from '../../dist/ops/local/ports.js'
import { basePorts, parseOptions, portOf } from '../../dist/ops/local/stack-options.js'

/** Brings up the real Kafka, registry, database and mail catcher on free ports, in a folder of their own, for all integration tests of this run. */
export default async function startTestStack() {
  const data = mkdtempSync(join(tmpdir(), 'tributary-test-'))
  const offset = await freeOffset()
  // What the shell exports belongs to another stack; the tests have their own.
  const { KAFKA_BROKERS: _k, MYSQL_URL: _m, SCHEMA_REGISTRY_URL: _r, SMTP_URL: _s, KAFKA_PREFIX: _p, ...env } = process.env
  // TEST_MYSQL_ADMIN_URL: another database server than the distribution's MariaDB, as its administrator.
  const otherDatabase = process.env.TEST_MYSQL_ADMIN_URL
  if (otherDatabase !== undefined) env.MYSQL_URL = otherDatabase
  const { options } = parseOptions(['--no-fleet', '--data', data, '--port-offset', String(offset)], process.cwd(), env)
  const state = await bringUp(
    options,
    ownProgram(),
    (text) => process.stderr.write(`${text}\n`),
    () => false,
  )
  if (state === undefined) throw new Error('the parts that the tests need did not come up; see above')
  process.env.TRIBUTARY_TEST_STACK = JSON.stringify({
    data,
    ...state.addresses,
    mailPage: state.urls['mail catcher'],
    mysqlAdminUrl: otherDatabase ?? `mysql://root@127.0.0.1:${portOf(options, 'database')}/mysql`,
  })
  writeFileSync(join(data, 'offset'), String(offset))
  globalThis.tributaryTestStack = { options, state }
}

async function freeOffset() {
  for (let tries = 0; tries < 100; tries++) {
    const offset = 10_000 + Math.floor(Math.random() * 400) * 100
    const free = await Promise.all(Object.values(basePorts).map((port) => isPortFree(port + offset)))
    if (free.every(Boolean)) return offset
  }
  throw new Error('no free ports found')
}
