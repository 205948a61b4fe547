import { describe, expect, it } from '@jest/globals'
import { dashboardQueries } from '../../../ops/grafana/generate-dashboard.ts'
import { listMetrics } from '../../../ops/generate-metrics.ts'
import { Metrics } from '../../../services/platform/metrics.ts'
import { readRules } from './rule-files.ts'
import { seriesIn } from './series-in.ts'

const targetLabels = ['job', 'instance', 'worker']
const rules = readRules()
const known = new Map<string, readonly string[] | 'any'>([
  ['up', targetLabels],
  ['ALERTS', ['alertname', 'alertstate', 'severity', ...targetLabels]],
  ...rules.flatMap(({ record }) => (record === undefined ? [] : [[record, labelsOfRecord(record)] as const])),
  ...listMetrics().flatMap(({ name, type, labels }) =>
    (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]).map(
      (series) => [series, [...labels, ...targetLabels, 'le']] as const,
    ),
  ),
])
const catalogue = new Set(listMetrics().map(({ name }) => name))
const defaults = (await new Metrics().registry.getMetricsAsJSON()).map(({ name }) => name).filter((name) => !catalogue.has(name))
for (const name of defaults) known.set(name, 'any')

// level:metric:operations, the level being the labels that are left.
function labelsOfRecord(record: string): readonly string[] {
  return record.split(':')[0]?.split('_') ?? []
}

const expressions = [
  ...rules.map(({ record, alert, expr }) => ({ from: `rule ${alert ?? record}`, expr })),
  ...dashboardQueries().map(({ panel, expr }) => ({ from: `panel ${panel}`, expr })),
]

describe('every series that is read', () => {
  it.each(expressions)('$from reads only series that exist, by labels that they have', ({ expr }) => {
    const selectors = seriesIn(expr)
    expect(selectors.length).toBeGreaterThan(0)
    for (const { name, labels } of selectors) {
      const has = known.get(name)
      expect([name, has !== undefined]).toEqual([name, true])
      if (has !== undefined && has !== 'any') for (const label of labels) expect(has).toContain(label)
    }
  })

  it('every recording rule is used by an alert or by the dashboard', () => {
    const used = new Set(expressions.flatMap(({ expr }) => seriesIn(expr).map(({ name }) => name)))
    for (const { record } of rules) if (record !== undefined) expect(used).toContain(record)
  })

  it('finds names and labels, and takes no function, keyword, label list, string or duration for a series', () => {
    const expr = 'sum by (a, b) (rate(x_total{c="y(z", d!~"q"}[5m] offset 1h)) / on (e) group_left(f) w:x:z > 0.5 unless vector(1)'
    expect(seriesIn(expr)).toEqual([
      { name: 'x_total', labels: ['c', 'd'] },
      { name: 'w:x:z', labels: [] },
    ])
  })
})
