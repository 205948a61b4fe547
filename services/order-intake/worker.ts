import { eventType } from '../platform/kafka/event-type.ts'
import { defineWorker, on } from '../platform/worker/define-worker.ts'
import { attachOrdersToLeads } from './handle-order-changed.ts'

export const orderIntake = defineWorker({
  name: 'order-intake',
  consumes: [on(eventType('order.changed'), attachOrdersToLeads)],
})
