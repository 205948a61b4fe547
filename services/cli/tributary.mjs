#!/usr/bin/env node
import { existsSync } from 'node:fs'

const main = new URL('../../dist/services/cli/main.js', import.meta.url)
if (!existsSync(main)) {
  process.stderr.write('tributary is not built yet. Run `npm install && npm run build` in the project folder.\n')
  process.exit(78)
}
await import(main.href)
