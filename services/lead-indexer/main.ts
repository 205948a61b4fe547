import { runProcess } from '../platform/run-process.ts'
import { runWorker } from '../platform/worker/run-worker.ts'
import { leadIndexer } from './worker.ts'

await runProcess(leadIndexer.name, [], (context) => ({ parts: [runWorker(leadIndexer, context)] }))
