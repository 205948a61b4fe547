import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { dashboardJson, dashboardQueries } from '../../../ops/grafana/generate-dashboard.ts'
import { onCallRows } from '../../../ops/grafana/on-call-dashboard.ts'

type Place = { x: number; y: number; w: number; h: number }
const { panels } = JSON.parse(dashboardJson()) as { panels: { id: number; gridPos: Place; targets?: { expr: string }[] }[] }

describe('the on-call dashboard', () => {
  it('is what `npm run generate` writes', () => {
    expect(readFileSync('ops/grafana/tributary.json', 'utf8')).toBe(dashboardJson())
  })

  it('shows every query that it lists, and no other', () => {
    const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    expect(shown).toEqual(dashboardQueries().map(({ expr }) => expr))
  })

  it('has rows of few panels, and panels of few queries', () => {
    for (const { title, panels: ofRow } of onCallRows) {
      expect([title, ofRow.length <= 6]).toEqual([title, true])
      for (const { queries } of ofRow) expect(queries.length).toBeLessThanOrEqual(3)
    }
  })

  it('has no two panels in one place, none outside, and each panel an id of its own', () => {
    const taken = new Set<string>()
    for (const { gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken).not.toContain(`${x}/${y}`)
          taken.add(`${x}/${y}`)
        }
    }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })
})
