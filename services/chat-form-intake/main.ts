import { runProcess } from '../platform/run-process.ts'
import { runWorker } from '../platform/worker/run-worker.ts'
import { chatFormIntake } from './worker.ts'

await runProcess(chatFormIntake.name, [], (context) => ({ parts: [runWorker(chatFormIntake, context)] }))
