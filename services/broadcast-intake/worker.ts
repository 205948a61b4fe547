import { eventType } from '../platform/kafka/event-type.ts'
import { defineWorker, on } from '../platform/worker/define-worker.ts'
import { joinReceipts } from './handle-delivery-reported.ts'
import { joinRepliesToLeads } from './handle-reply-received.ts'

export const broadcastIntake = defineWorker({
  name: 'broadcast-intake',
  consumes: [on(eventType('broadcast.delivery-reported'), joinReceipts), on(eventType('broadcast.reply-received'), joinRepliesToLeads)],
})
