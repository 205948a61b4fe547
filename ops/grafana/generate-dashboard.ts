import { onCallRows, type Panel, type Row } from './on-call-dashboard.ts'

const columns = 24
const heights = { stat: 4, timeseries: 7 } as const
const datasource = { type: 'prometheus', uid: '${datasource}' }

/** Every query of the dashboard, with the panel that shows it: for tests that ask a live Prometheus. */
export function dashboardQueries(): { row: string; panel: string; expr: string }[] {
  return onCallRows.flatMap(({ title: row, panels }) =>
    panels.flatMap(({ title: panel, queries }) => queries.map(({ expr }) => ({ row, panel, expr }))),
  )
}

/** Text of ops/grafana/tributary.json: a dashboard that Grafana imports as it is and asks only for the Prometheus to read. */
export function dashboardJson(): string {
  const panels: object[] = []
  let y = 0
  let id = 1
  for (const row of onCallRows) {
    panels.push({ id: id++, type: 'row', title: row.title, collapsed: false, gridPos: { x: 0, y, w: columns, h: 1 }, panels: [] })
    y += 1
    for (const [index, panel] of row.panels.entries()) panels.push(renderPanel(panel, id++, placeOf(row, index, y)))
    y += heightOf(row)
  }
  const dashboard = {
    uid: 'tributary-on-call',
    title: 'Tributary: on call',
    description:
      'Generated from ops/grafana/on-call-dashboard.ts by `npm run generate`. Needs the recording rules of ops/prometheus/rules.',
    tags: ['tributary'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    templating: { list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', refresh: 1 }] },
    panels,
  }
  return `${JSON.stringify(dashboard, null, 2)}\n`
}

const heightOf = (row: Row) => Math.max(...row.panels.map(({ kind }) => heights[kind]))

function placeOf(row: Row, index: number, y: number) {
  const width = Math.floor(columns / row.panels.length)
  // The last panel takes what does not divide.
  const isLast = index === row.panels.length - 1
  return { x: index * width, y, w: isLast ? columns - index * width : width, h: heightOf(row) }
}

function renderPanel(panel: Panel, id: number, gridPos: object): object {
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: panel.help,
    gridPos,
    datasource,
    fieldConfig: { defaults: { unit: panel.unit, min: 0, ...looksOf(panel) }, overrides: [] },
    options:
      panel.kind === 'stat'
        ? { colorMode: 'background', graphMode: 'area', reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false } }
        : { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: panel.queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend,
      range: true,
      editorMode: 'code',
    })),
  }
}

function looksOf({ kind, alarmAt }: Panel): object {
  if (kind === 'timeseries') return { custom: { lineWidth: 1, fillOpacity: 10, showPoints: 'never', spanNulls: false } }
  const steps = [
    { color: 'green', value: null },
    { color: 'red', value: alarmAt ?? 1 },
  ]
  return { thresholds: { mode: 'absolute', steps } }
}
