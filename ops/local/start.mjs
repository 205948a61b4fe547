// `npm start`: all of Tributary on this machine. Needs no installed package: it installs them.
import { prepareProject } from './bootstrap.mjs'

await prepareProject()
const { runStackCommand } = await import('../../dist/ops/local/stack-command.js')
process.exitCode = await runStackCommand(['up', ...process.argv.slice(2)])
