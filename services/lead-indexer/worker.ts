import { eventType } from '../platform/kafka/event-type.ts'
import { defineWorker, on } from '../platform/worker/define-worker.ts'
import { indexActivities } from './handle-activity.ts'

export const leadIndexer = defineWorker({
  name: 'lead-indexer',
  consumes: [on(eventType('lead.activity'), indexActivities)],
})
