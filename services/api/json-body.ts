import type { Api } from './api-parts.ts'
import { Problem } from './problem.ts'

const deepest = 32

/** Takes bodies as application/json only, nested 32 deep at most: a body of brackets would cost whoever walks it its stack. `__proto__` as a name is refused. */
export function parseJsonBodies(app: Api): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, parseJson(String(text)))
    } catch (error) {
      done(error instanceof Problem ? error : new Problem(400, 'body-not-json', 'The body is no JSON: send an object as application/json.'))
    }
  })
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined
  if (depthOf(text) > deepest) throw new Problem(400, 'body-too-deep', `The body is nested more than ${deepest} deep.`)
  return JSON.parse(text, (name, value: unknown) => {
    if (name === '__proto__') throw new Problem(400, 'body-not-allowed', 'The body has a name that is not allowed: __proto__.')
    return value
  })
}

function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let isInString = false
  for (let index = 0; index < text.length; index++) {
    const letter = text[index]
    if (isInString) {
      if (letter === '\\') index++
      else if (letter === '"') isInString = false
    } else if (letter === '"') isInString = true
    else if (letter === '[' || letter === '{') most = Math.max(most, ++depth)
    else if (letter === ']' || letter === '}') depth--
  }
  return most
}
