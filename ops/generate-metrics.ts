import { metricCatalogue } from '../services/platform/metrics.ts'

type Entry = { name: string; type: string; unit: string; labels: readonly string[]; help: string; buckets?: readonly number[] }

// Longest first: a timestamp is no duration.
const units = [
  ['_timestamp_seconds', 'unix time in seconds'],
  ['_seconds', 'seconds'],
  ['_seconds_total', 'seconds'],
  ['_bytes', 'bytes'],
] as const

/** The metrics of the fleet as plain data, in the order of the catalogue; unit and buckets written out. */
export function listMetrics(): Entry[] {
  return Object.entries(metricCatalogue).map(([name, definition]) => ({
    name,
    type: definition.type,
    unit: units.find(([suffix]) => name.endsWith(suffix))?.[1] ?? 'count',
    labels: definition.labels,
    help: definition.help,
    ...('buckets' in definition ? { buckets: definition.buckets } : {}),
  }))
}

/** Text of ops/metrics.json. */
export const metricsJson = (): string => `${JSON.stringify(listMetrics(), null, 2)}\n`

/** Text of ops/metrics.md. */
export function metricsMarkdown(): string {
  const rows = listMetrics().map(
    ({ name, type, unit, labels, help }) =>
      `| \`${name}\` | ${type} | ${unit} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help.replaceAll('|', '\\|')} |`,
  )
  return `# Metrics

Generated from \`services/platform/metrics.ts\` by \`npm run generate\`. Do not edit.

Every process serves these on \`/metrics\`, beside the default metrics of prom-client (\`process_*\`, \`nodejs_*\`). Scrape with
\`honor_labels: true\` and a target label \`worker\`, as \`ops/prometheus/prometheus.yml\` does: then metrics without that label have it too.
Gauges that are read from the database (outbox, mails, dead letters) are the same in every replica and 0 in the other processes: take their \`max\`.

| metric | type | unit | labels | meaning |
|---|---|---|---|---|
${rows.join('\n')}
`
}
