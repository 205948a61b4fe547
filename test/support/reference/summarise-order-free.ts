import { keepsContract } from './contract.ts'
import { identityOf, type ReferenceTenant, type TopicEvent } from './generated-record.ts'
import { joinReceipt, type OrderRow, type ReceiptRow, upsertOrder } from './orders-and-receipts.ts'

export type OrderFreeSummary = {
  done: number
  /** Duplicates and conflicts together: all records of an identity but one. */
  repeated: number
  unknownTenant: number
  contractBroken: number
  receipts: Map<string, ReceiptRow>
  orders: Map<string, OrderRow>
  submissions: { atLeast: number; atMost: number }
  mails: { atLeast: number; atMost: number }
}

type Surroundings = { tenants: readonly ReferenceTenant[]; recordTimestamp: number }

/**
 * What a history leaves behind in whatever order partitions are read, vetoes and races included. Contents that contest one identity must lie on one partition:
 * the first of them is taken.
 */
export function summariseOrderFree(records: readonly TopicEvent[], { tenants, recordTimestamp }: Surroundings): OrderFreeSummary {
  const bySlug = new Map(tenants.map((tenant) => [tenant.slug, tenant]))
  const seen = new Set<string>()
  const summary: OrderFreeSummary = {
    done: 0,
    repeated: 0,
    unknownTenant: 0,
    contractBroken: 0,
    receipts: new Map(),
    orders: new Map(),
    submissions: { atLeast: 0, atMost: 0 },
    mails: { atLeast: 0, atMost: 0 },
  }
  for (const record of records) {
    const tenant = bySlug.get(record.event.tenant)
    const identity = identityOf(record.event)
    if (!tenant) summary.unknownTenant++
    else if (!keepsContract(record, recordTimestamp)) summary.contractBroken++
    else if (seen.has(identity)) summary.repeated++
    else {
      seen.add(identity)
      summary.done++
      if (record.topic === 'broadcast.delivery-reported') joinReceipt(summary.receipts, record.event)
      else addSubmission(summary, record, tenant)
    }
  }
  return summary
}

/** Whether a resolved question is a submission depends on the lead being there first, so it counts for the upper bound only. */
function addSubmission(summary: OrderFreeSummary, record: TopicEvent, tenant: ReferenceTenant): void {
  if (record.topic === 'order.changed') upsertOrder(summary.orders, record.event)
  const status = record.topic === 'order.changed' ? record.event.status : null
  const isCertain = status === null || status === 'REFUND_REQUESTED' || status === 'CANCELLED'
  if (!isCertain && status !== 'QUESTION_RESOLVED') return
  for (const count of tenant.mailTo === null ? [summary.submissions] : [summary.submissions, summary.mails]) {
    count.atMost++
    if (isCertain) count.atLeast++
  }
}
