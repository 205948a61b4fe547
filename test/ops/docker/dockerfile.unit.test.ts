import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'

const stages = readFileSync('ops/docker/Dockerfile', 'utf8')
  .split(/^(?=FROM )/m)
  .slice(1)
const last = stages.at(-1) ?? ''
const sources = stages.flatMap((stage) => [...stage.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, words = '']) => words.split(' ')))
const allowed = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1))

describe('the image of the fleet', () => {
  it('has the Node that package.json asks for, without an open tag', () => {
    for (const stage of stages) expect(stage).toMatch(/^FROM node:20-bookworm-slim( AS \w+)?$/m)
  })

  it('is not root, given by number', () => {
    expect([...last.matchAll(/^USER (.+)$/gm)].map(([, user]) => user)).toEqual(['1000:1000'])
    expect(last.indexOf('USER ')).toBeGreaterThan(last.lastIndexOf('RUN '))
  })

  it('installs from the lock, runs no script of a package, and carries no development tool', () => {
    for (const [line] of stages.join('').matchAll(/^RUN npm .*$/gm)) expect(line).toMatch(/^RUN npm ci --ignore-scripts/)
    const from = [...last.matchAll(/^COPY --from=(\w+) \S*node_modules /gm)].map(([, stage]) => stage)
    expect(from).toHaveLength(1)
    expect(stages.find((stage) => stage.startsWith(`FROM node:20-bookworm-slim AS ${from[0]}\n`))).toMatch(/--omit=dev/)
  })

  it('copies what exists and what the build context holds; the context holds nothing else', () => {
    for (const source of sources) {
      expect([source, existsSync(source)]).toEqual([source, true])
      expect(allowed).toContain(source.split('/')[0])
    }
    expect(new Set(allowed)).toEqual(new Set(sources.map((source) => source.split('/')[0])))
  })

  it('says by itself whether it is ready', () => {
    expect(last).toMatch(/^HEALTHCHECK /m)
    expect(last).toContain('/readyz')
  })
})
