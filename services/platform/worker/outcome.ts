import type { ErrorCode } from '../errors.ts'

/** Ends of an event that has an effect. The word is the event's terminal record in `event_counts`. */
export type DoneAs = 'new_lead' | 'follow_up' | 'receipt' | 'order' | 'scored' | 'mail_queued' | 'indexed'
/** Reasons for which it is correct to leave an event without effect. */
export type SkipReason = 'duplicate' | 'not_concerned'

/** What became of one event; each event of a unit has exactly one. `tenantId` 0 = no known tenant. There is no fourth word: a throw means that the unit is run again. */
export type Outcome =
  | { outcome: 'done'; as: DoneAs; tenantId: number }
  | { outcome: 'skipped'; reason: SkipReason; tenantId: number }
  | { outcome: 'rejected'; code: ErrorCode; reason: string; tenantId: number }
