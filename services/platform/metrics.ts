import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

type Definition = { type: 'counter' | 'gauge' | 'histogram'; help: string; labels: readonly string[]; buckets?: number[] }

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const age = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200]

/** Every metric of the fleet: name, type, labels, meaning. Dashboards, alerts and their tests read this table. */
export const metricCatalogue = {
  tributary_build_info: { type: 'gauge', labels: ['worker', 'version', 'node'], help: 'Always 1; labels tell what runs.' },
  tributary_events_total: {
    type: 'counter',
    labels: ['worker', 'topic', 'outcome'],
    help: 'Events that reached their terminal record, by outcome: done, duplicate, not_concerned, rejected; replayed ones were dropped below the cursor.',
  },
  tributary_event_age_seconds: {
    type: 'histogram',
    labels: ['worker', 'topic'],
    buckets: age,
    help: 'From the time in the record to the commit of its effects.',
  },
  tributary_last_event_timestamp_seconds: {
    type: 'gauge',
    labels: ['worker', 'topic'],
    help: 'Record time of the last event whose effects were committed.',
  },
  tributary_last_progress_timestamp_seconds: {
    type: 'gauge',
    labels: ['worker'],
    help: 'When the loop last turned: a unit committed, a fetch answered or nothing left to do.',
  },
  tributary_units_total: { type: 'counter', labels: ['worker', 'result'], help: 'Work units by result: committed, retried, abandoned.' },
  tributary_unit_seconds: {
    type: 'histogram',
    labels: ['worker'],
    buckets: seconds,
    help: 'Time of a committed work unit, from its first byte decoded to its COMMIT.',
  },
  tributary_unit_events: {
    type: 'histogram',
    labels: ['worker'],
    buckets: [1, 5, 10, 50, 100, 200, 300, 400, 500],
    help: 'Events in a committed work unit.',
  },
  tributary_unit_closed_total: {
    type: 'counter',
    labels: ['worker', 'reason'],
    help: 'Why a work unit was closed: records, bytes, end_of_batch.',
  },
  tributary_loop_seconds_total: {
    type: 'counter',
    labels: ['worker', 'activity'],
    help: 'Where the time of the loop went: decode, handle (the transaction with its commit), backoff.',
  },
  tributary_retries_total: { type: 'counter', labels: ['worker', 'cause'], help: 'Work units or calls tried again, by error code.' },
  tributary_dead_letters_total: { type: 'counter', labels: ['worker', 'code'], help: 'Events parked as dead letters, by reason code.' },
  tributary_dead_letters_parked: { type: 'gauge', labels: [], help: 'Dead letters that wait for a person.' },
  tributary_dead_letters_unrelayed: { type: 'gauge', labels: [], help: 'Dead letters not yet published to tributary.dead-letter.' },
  tributary_consumer_lag: {
    type: 'gauge',
    labels: ['worker', 'topic', 'partition'],
    help: 'Records between the cursor and the end of the partition.',
  },
  tributary_partition_stopped: {
    type: 'gauge',
    labels: ['worker', 'topic', 'partition'],
    help: '1 while a partition is stopped because its cursor is beyond its end (topic recreated).',
  },
  tributary_cursor_gaps_total: {
    type: 'counter',
    labels: ['worker', 'topic'],
    help: 'Times that retention removed records before they were read.',
  },
  tributary_assigned_partitions: { type: 'gauge', labels: ['worker'], help: 'Partitions assigned to this process.' },
  tributary_rebalances_total: { type: 'counter', labels: ['worker'], help: 'Times this process joined its consumer group.' },
  tributary_outbox_pending: { type: 'gauge', labels: [], help: 'History rows not yet published.' },
  tributary_outbox_oldest_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the oldest unpublished history row was written; 0 when there is none.',
  },
  tributary_published_total: { type: 'counter', labels: ['topic'], help: 'Records acknowledged by the broker, by topic.' },
  tributary_publish_failures_total: { type: 'counter', labels: ['cause'], help: 'Sends that failed and are sent again.' },
  tributary_leased_shards: { type: 'gauge', labels: [], help: 'Outbox shards that this relay holds.' },
  tributary_http_requests_total: {
    type: 'counter',
    labels: ['method', 'route', 'status'],
    help: 'Requests answered by the API, by method, pattern of the route and status.',
  },
  tributary_http_request_seconds: {
    type: 'histogram',
    labels: ['route'],
    buckets: seconds,
    help: 'From the head of a request to the end of its answer, by pattern of the route.',
  },
  tributary_streams_open: { type: 'gauge', labels: [], help: 'Event streams that are open in this API process.' },
  tributary_streams_cut_total: {
    type: 'counter',
    labels: ['reason'],
    help: 'Event streams that this process ended: overtaken (the reader was slower than the buffer), stalled (its socket took nothing), credential (it was over).',
  },
  tributary_mails_total: {
    type: 'counter',
    labels: ['result'],
    help: 'Attempts to send a mail by result: sent, retried, failed, ambiguous.',
  },
  tributary_mail_seconds: { type: 'histogram', labels: [], buckets: age, help: 'From the queued mail to the answer of the SMTP server.' },
  tributary_mails_queued: { type: 'gauge', labels: [], help: 'Mails that wait to be sent.' },
  tributary_mails_oldest_queued_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the oldest waiting mail was queued; 0 when there is none.',
  },
  tributary_webhook_deliveries_total: {
    type: 'counter',
    labels: ['result'],
    help: 'Tries to deliver a webhook by result: delivered, retried, failed (given up), interrupted (this process stopped).',
  },
  tributary_webhook_seconds: { type: 'histogram', labels: [], buckets: age, help: 'From the queued webhook to its delivery.' },
  tributary_webhooks_queued: { type: 'gauge', labels: [], help: 'Webhooks that wait to be delivered to enabled subscriptions.' },
  tributary_webhooks_oldest_queued_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Since when the oldest webhook is due whose endpoint does not fail; 0 when there is none.',
  },
} as const satisfies Record<string, Definition>

export type MetricName = keyof typeof metricCatalogue
type NamesOf<T extends Definition['type']> = { [N in MetricName]: (typeof metricCatalogue)[N]['type'] extends T ? N : never }[MetricName]
type LabelsOf<N extends MetricName> = Record<(typeof metricCatalogue)[N]['labels'][number], string | number>

/** The metrics of one process. Counters and gauges without labels start at 0, so that a series exists before its first event. */
export class Metrics {
  readonly registry = new Registry()
  private readonly series = new Map<MetricName, Counter | Gauge | Histogram>()

  constructor(defaultLabels: Record<string, string> = {}, withProcessMetrics = true) {
    this.registry.setDefaultLabels(defaultLabels)
    if (withProcessMetrics) collectDefaultMetrics({ register: this.registry })
    for (const [name, definition] of Object.entries(metricCatalogue) as [MetricName, Definition][]) {
      const options = { name, help: definition.help, labelNames: [...definition.labels], registers: [this.registry] }
      if (definition.type === 'counter') this.series.set(name, new Counter(options))
      else if (definition.type === 'gauge') this.series.set(name, new Gauge(options))
      else this.series.set(name, new Histogram({ ...options, buckets: definition.buckets ?? seconds }))
    }
  }

  /** Adds `by` (default 1) to a counter. */
  count<N extends NamesOf<'counter'>>(name: N, labels: LabelsOf<N>, by = 1): void {
    ;(this.series.get(name) as Counter).inc(labels, by)
  }

  /** Sets a gauge. */
  set<N extends NamesOf<'gauge'>>(name: N, labels: LabelsOf<N>, value: number): void {
    ;(this.series.get(name) as Gauge).set(labels, value)
  }

  /** Records one measurement, in the unit that the metric's name ends with. */
  observe<N extends NamesOf<'histogram'>>(name: N, labels: LabelsOf<N>, value: number): void {
    ;(this.series.get(name) as Histogram).observe(labels, value)
  }

  /** Forgets the series with these labels, for a partition that went to another process. */
  forget<N extends MetricName>(name: N, labels: LabelsOf<N>): void {
    this.series.get(name)?.remove(labels)
  }
}
