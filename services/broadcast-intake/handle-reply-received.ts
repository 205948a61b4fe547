import type { BroadcastReplyReceived } from '../../schemas/events.ts'
import { attachEvents } from '../leads/attach-events.ts'
import { claimEvents, outcomesInOrder } from '../leads/claim-events.ts'
import { checkReply } from '../leads/contract.ts'
import { submissionOfReply } from '../leads/submission.ts'
import type { Handle } from '../platform/worker/define-worker.ts'

/** Each reply that is new joins the active lead of the person who wrote it, or opens one. */
export const joinRepliesToLeads: Handle<BroadcastReplyReceived> = async (events, { tx, now }) => {
  const { fresh, settled } = await claimEvents(tx, events, checkReply, now)
  const done = await attachEvents(
    tx,
    'broadcast.reply-received',
    fresh,
    submissionOfReply,
    () => ({ how: 'open_or_join', opensContact: true, order: null }),
    now,
  )
  return outcomesInOrder(events.length, settled, done)
}
