import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { listMetrics, metricsJson, metricsMarkdown } from '../../../ops/generate-metrics.ts'

describe('the metric catalogue', () => {
  it.each([
    ['ops/metrics.json', metricsJson],
    ['ops/metrics.md', metricsMarkdown],
  ])('%s is what `npm run generate` writes', (file, generate) => {
    expect(readFileSync(file, 'utf8')).toBe(generate())
  })

  it('names end as Prometheus asks: counters in _total, measured time in _seconds', () => {
    for (const { name, type } of listMetrics()) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter'])
      expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes)(_|$)/)
    }
  })

  it('every metric says in a sentence what it counts', () => {
    for (const { name, help } of listMetrics()) expect([name, /^[A-Z1].{9,}\.$/.test(help)]).toEqual([name, true])
  })
})
