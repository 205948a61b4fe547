import type { ChatFormSubmitted } from '../../schemas/events.ts'
import { attachEvents } from '../leads/attach-events.ts'
import { claimEvents, outcomesInOrder } from '../leads/claim-events.ts'
import { checkForm } from '../leads/contract.ts'
import { submissionOfForm } from '../leads/submission.ts'
import type { Handle } from '../platform/worker/define-worker.ts'

/** Each form that is new joins the active lead of the person who sent it, or opens one. */
export const joinFormsToLeads: Handle<ChatFormSubmitted> = async (events, { tx, now }) => {
  const { fresh, settled } = await claimEvents(tx, events, checkForm, now)
  const done = await attachEvents(
    tx,
    'chat.form-submitted',
    fresh,
    submissionOfForm,
    () => ({ how: 'open_or_join', opensContact: true, order: null }),
    now,
  )
  return outcomesInOrder(events.length, settled, done)
}
