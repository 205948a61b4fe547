import { runProcess } from '../platform/run-process.ts'
import { runWorker } from '../platform/worker/run-worker.ts'
import { broadcastIntake } from './worker.ts'

await runProcess(broadcastIntake.name, [], (context) => ({ parts: [runWorker(broadcastIntake, context)] }))
