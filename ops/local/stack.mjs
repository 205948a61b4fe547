// `npm run stack -- up | status | logs | down | purge`
import { prepareProject } from './bootstrap.mjs'

await prepareProject()
const { runStackCommand } = await import('../../dist/ops/local/stack-command.js')
process.exitCode = await runStackCommand(process.argv.slice(2))
