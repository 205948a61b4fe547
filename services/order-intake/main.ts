import { runProcess } from '../platform/run-process.ts'
import { runWorker } from '../platform/worker/run-worker.ts'
import { orderIntake } from './worker.ts'

await runProcess(orderIntake.name, [], (context) => ({ parts: [runWorker(orderIntake, context)] }))
