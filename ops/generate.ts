import { writeFileSync } from 'node:fs'
import { eventTypesSource } from '../schemas/generate-event-types.ts'
import { apiDocument } from '../services/api/api-document.ts'
import { metricsJson, metricsMarkdown } from './generate-metrics.ts'
import { dashboardJson } from './grafana/generate-dashboard.ts'

/** Every file that is made from another one, and the text that it has to hold. `npm run generate` writes them; a test compares. */
export const generatedFiles = async (): Promise<Record<string, string>> => ({
  'schemas/events.ts': eventTypesSource('schemas/events'),
  'services/api/openapi.json': `${JSON.stringify(await apiDocument(), null, 2)}\n`,
  'ops/metrics.json': metricsJson(),
  'ops/metrics.md': metricsMarkdown(),
  'ops/grafana/tributary.json': dashboardJson(),
})

if (import.meta.filename === process.argv[1]) for (const [path, text] of Object.entries(await generatedFiles())) writeFileSync(path, text)
