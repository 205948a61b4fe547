export type Query = { expr: string; legend: string }
export type Unit = 's' | 'short' | 'eps' | 'bytes' | 'percentunit'
export type Panel = { kind: 'stat' | 'timeseries'; title: string; help: string; unit: Unit; queries: Query[]; alarmAt?: number }
export type Row = { title: string; panels: Panel[] }

// A series with labels exists only after its first event. Where nothing has happened yet a line at 0 says so; an empty panel would leave open whether it is broken.
const orNoneOf = (label: string, value: string) => `or label_replace(vector(0), "${label}", "${value}", "", "")`
const orZeroPerWorker = 'or 0 * max by (worker) (tributary_build_info)'

const line = (expr: string, legend: string): Query => ({ expr, legend })
const stat = (title: string, unit: Unit, alarmAt: number, expr: string, help: string): Panel => ({
  kind: 'stat',
  title,
  help,
  unit,
  alarmAt,
  queries: [line(expr, '')],
})
const graph = (title: string, unit: Unit, queries: Query[], help: string): Panel => ({ kind: 'timeseries', title, help, unit, queries })

/** What somebody on call looks at, from left to right and from the top: is it well, does it flow, is it fresh, where does the time go, does it reach others. */
export const onCallRows: Row[] = [
  {
    title: 'At a glance',
    panels: [
      stat('Firing alerts', 'short', 1, 'count(ALERTS{alertstate="firing"}) or vector(0)', 'Each has a runbook in ops/runbooks.'),
      stat('Processes down', 'short', 1, 'sum(1 - up{job="tributary"})', 'Targets that do not answer.'),
      stat(
        'Slowest events',
        's',
        300,
        'max(worker_topic:tributary_event_age_seconds:p99_5m) or vector(0)',
        'Highest p99 of the age at commit; 0 while nothing comes.',
      ),
      stat('Records waiting', 'short', 1000, 'sum(worker_topic:tributary_consumer_lag:sum) or vector(0)', 'Lag of all workers.'),
      stat('Outbox age', 's', 300, 'tributary:outbox_oldest:age_seconds', 'How long the oldest unpublished change of a lead has waited.'),
      stat('Mail queue age', 's', 900, 'tributary:mails_oldest_queued:age_seconds', 'How long the oldest mail has waited.'),
    ],
  },
  {
    title: 'Flow',
    panels: [
      graph(
        'Events by outcome',
        'eps',
        [line(`sum by (outcome) (worker_topic_outcome:tributary_events:rate5m) ${orNoneOf('outcome', 'done')}`, '{{outcome}}')],
        'Events that reached their terminal record.',
      ),
      graph(
        'Events by worker',
        'eps',
        [line(`sum by (worker) (worker_topic_outcome:tributary_events:rate5m) ${orZeroPerWorker}`, '{{worker}}')],
        'The same, by the worker that took them in.',
      ),
      graph(
        'Published by topic',
        'eps',
        [line(`topic:tributary_published:rate5m ${orNoneOf('topic', 'lead.activity')}`, '{{topic}}')],
        'Records that the broker has acknowledged.',
      ),
    ],
  },
  {
    title: 'Freshness',
    panels: [
      graph(
        'Age at commit, median',
        's',
        [line(`max by (worker) (worker_topic:tributary_event_age_seconds:p50_5m) ${orZeroPerWorker}`, '{{worker}}')],
        'From the time in the record to the commit of its effects; 0 while nothing comes.',
      ),
      graph(
        'Age at commit, p99',
        's',
        [line(`max by (worker) (worker_topic:tributary_event_age_seconds:p99_5m) ${orZeroPerWorker}`, '{{worker}}')],
        'One event in a hundred is older. A page at 5 minutes.',
      ),
      graph(
        'Lag',
        'short',
        [line(`sum by (worker) (worker_topic:tributary_consumer_lag:sum) ${orZeroPerWorker}`, '{{worker}}')],
        'Records between cursor and end, when the worker last looked.',
      ),
    ],
  },
  {
    title: 'Work',
    panels: [
      graph(
        'Time of a unit, median',
        's',
        [line(`worker:tributary_unit_seconds:p50_5m ${orZeroPerWorker}`, '{{worker}}')],
        'From the first byte decoded to COMMIT; 0 while nothing comes.',
      ),
      graph(
        'Time of a unit, p99',
        's',
        [line(`worker:tributary_unit_seconds:p99_5m ${orZeroPerWorker}`, '{{worker}}')],
        'Slow units are mostly a slow database.',
      ),
      graph(
        "Where the loop's time goes",
        'percentunit',
        [line(`sum by (activity) (worker_activity:tributary_loop_seconds:rate5m) ${orNoneOf('activity', 'handle')}`, '{{activity}}')],
        'Seconds of each second, all workers together. Much backoff means that a dependency fails.',
      ),
      graph(
        'Units tried again in 10 min',
        'short',
        [line(`sum by (worker) (worker_result:tributary_units:increase10m{result="retried"}) ${orZeroPerWorker}`, '{{worker}}')],
        'Causes: sum by (cause) (increase(tributary_retries_total[10m])).',
      ),
    ],
  },
  {
    title: 'Dead letters',
    panels: [
      graph(
        'New in 30 min',
        'short',
        [line(`sum by (code) (worker_code:tributary_dead_letters:increase30m) ${orNoneOf('code', 'none')}`, '{{code}}')],
        'By reason code. `npx tributary dead-letters list --code …` shows them.',
      ),
      graph(
        'Waiting',
        'short',
        [line('max(tributary_dead_letters_parked)', 'for a person'), line('max(tributary_dead_letters_unrelayed)', 'to be published')],
        'Rows in the database.',
      ),
      graph(
        'Partitions stopped and gaps',
        'short',
        [
          line('sum(tributary_partition_stopped) or vector(0)', 'partitions stopped'),
          line('sum(worker_topic:tributary_cursor_gaps:increase30m) or vector(0)', 'gaps in 30 min'),
        ],
        'Both should be 0 at all times; each has a page.',
      ),
    ],
  },
  {
    title: 'Delivery',
    panels: [
      graph(
        'Waiting to be published',
        'short',
        [line('max(tributary_outbox_pending)', 'history rows'), line('sum(tributary_leased_shards)', 'shards held')],
        'All shards are held as long as one relay lives.',
      ),
      graph(
        'Mails by result, 15 min',
        'short',
        [line(`result:tributary_mails:increase15m ${orNoneOf('result', 'sent')}`, '{{result}}')],
        'Attempts. ambiguous: the connection broke after the data, so the mail may come twice.',
      ),
      graph(
        'Time until a mail is sent',
        's',
        [
          line('histogram_quantile(0.5, sum by (le) (rate(tributary_mail_seconds_bucket[15m]))) >= 0 or vector(0)', 'median'),
          line('histogram_quantile(0.99, sum by (le) (rate(tributary_mail_seconds_bucket[15m]))) >= 0 or vector(0)', 'p99'),
        ],
        'From queued to taken by the mail server; 0 while none is sent.',
      ),
      graph('Mails waiting', 'short', [line('max(tributary_mails_queued)', 'mails')], 'Due, or waiting for the next try.'),
      graph(
        'Webhooks by result, 15 min',
        'short',
        [line(`result:tributary_webhook_deliveries:increase15m ${orNoneOf('result', 'delivered')}`, '{{result}}')],
        'Tries. failed: given up; it can be replayed.',
      ),
      graph(
        'Webhooks waiting',
        'short',
        [line('max(tributary_webhooks_queued)', 'webhooks')],
        'Due, or waiting for the next try; a ticket when one is due for a quarter of an hour.',
      ),
    ],
  },
  {
    title: 'API',
    panels: [
      graph(
        'Requests by status',
        'eps',
        [line(`status:tributary_http_requests:rate5m ${orNoneOf('status', '200')}`, '{{status}}')],
        'Answers a second. A page when more than one in twenty is 5xx.',
      ),
      graph(
        'Slowest routes, p99',
        's',
        [line(`topk(5, route:tributary_http_request_seconds:p99_5m) ${orNoneOf('route', 'none')}`, '{{route}}')],
        'A ticket above 2 s. A stream counts with its whole life.',
      ),
    ],
  },
  {
    title: 'Processes',
    panels: [
      graph(
        'CPU',
        'percentunit',
        [line('sum by (worker) (rate(process_cpu_seconds_total{job="tributary"}[5m]))', '{{worker}}')],
        '1 is one core; a process of Node uses little more.',
      ),
      graph(
        'Memory',
        'bytes',
        [line('max by (worker) (process_resident_memory_bytes{job="tributary"})', '{{worker}}')],
        'Resident, largest replica.',
      ),
      graph(
        'Event loop delay, p99',
        's',
        [line('max by (worker) (nodejs_eventloop_lag_p99_seconds{job="tributary"})', '{{worker}}')],
        'About 0.01 is rest. A ticket at 0.5 for ten minutes.',
      ),
      graph(
        'Since the loop last turned',
        's',
        [line('time() - min by (worker) (tributary_last_progress_timestamp_seconds)', '{{worker}}')],
        'A page at 2 minutes.',
      ),
      graph(
        'Starts in 30 min',
        'short',
        [line('max by (worker) (changes(process_start_time_seconds{job="tributary"}[30m]))', '{{worker}}')],
        'A ticket above 3.',
      ),
    ],
  },
]
