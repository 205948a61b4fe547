import { eventType } from '../platform/kafka/event-type.ts'
import { defineWorker, on } from '../platform/worker/define-worker.ts'
import { scoreActivities } from './handle-activity.ts'

export const leadScorer = defineWorker({
  name: 'lead-scorer',
  consumes: [on(eventType('lead.activity'), scoreActivities)],
})
