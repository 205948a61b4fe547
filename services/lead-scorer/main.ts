import { runProcess } from '../platform/run-process.ts'
import { runWorker } from '../platform/worker/run-worker.ts'
import { leadScorer } from './worker.ts'

await runProcess(leadScorer.name, [], (context) => ({ parts: [runWorker(leadScorer, context)] }))
