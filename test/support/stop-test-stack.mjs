import { rmSync } from 'node:fs'
import { bringDown } from '../../dist/ops/local/bring-up.js'

/** Stops what the tests started, by process id, and removes its folder. */
export default async function stopTestStack() {
  const { options, state } = globalThis.tributaryTestStack
  await bringDown(options, state)
  rmSync(options.data, { recursive: true, force: true })
}
