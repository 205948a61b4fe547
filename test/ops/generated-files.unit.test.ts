import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { generatedFiles } from '../../ops/generate.ts'

it.each(Object.entries(await generatedFiles()))('%s is what `npm run generate` writes', (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(text)
})
