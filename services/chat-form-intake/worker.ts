import { eventType } from '../platform/kafka/event-type.ts'
import { defineWorker, on } from '../platform/worker/define-worker.ts'
import { joinFormsToLeads } from './handle-form-submitted.ts'

export const chatFormIntake = defineWorker({
  name: 'chat-form-intake',
  consumes: [on(eventType('chat.form-submitted'), joinFormsToLeads)],
})
