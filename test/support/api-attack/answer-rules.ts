import type { RawAnswer } from './ask-api.ts'
import type { Operation } from './operations.ts'
import type { Misfit } from './schema-fit.ts'

/** Everything that is wrong with an answer whatever was asked: not documented, off its schema, a failure of ours, headers that are missing, or words that the caller may not read. */
export function faultsOf(operation: Operation | undefined, answer: RawAnswer, misfit: Misfit, forbidden: readonly string[]): string[] {
  const { status, headers, text, body } = answer
  const faults: string[] = []
  const type = (headers['content-type'] ?? '').split(';')[0] ?? ''
  if (status >= 500) faults.push(`answered ${status}: ${text.slice(0, 300)}`)
  if (status >= 400 && type !== 'application/problem+json')
    faults.push(`answered ${status} as ${type || 'nothing'}, not as problem details`)
  if (status >= 400 && (body as { status?: number } | undefined)?.status !== status) faults.push(`the problem does not say ${status}`)
  if (typeof headers['x-request-id'] !== 'string') faults.push('no x-request-id')
  if (headers['x-content-type-options'] !== 'nosniff') faults.push('no nosniff')
  if (!/no-store/.test(headers['cache-control'] ?? '')) faults.push(`cache-control is ${headers['cache-control'] ?? 'missing'}`)
  if (operation !== undefined && !isOfEveryRoute(status)) {
    const documented = operation.answers[String(status)]
    if (!(String(status) in operation.answers)) faults.push(`the document does not know the status ${status} (${text.slice(0, 200)})`)
    else if (documented === undefined) {
      if (text !== '') faults.push(`the document knows no content of ${status}, and there is some`)
    } else if (!(type in documented)) faults.push(`the document knows ${Object.keys(documented).join(', ')} of ${status}, not ${type}`)
    else if (body !== undefined) {
      const problem = misfit(documented[type]?.schema ?? {}, body)
      if (problem !== undefined) faults.push(`the answer ${status} does not fit its schema: ${problem.slice(0, 300)}`)
    }
  }
  for (const word of forbidden) if (text.includes(word)) faults.push(`the answer holds ${word}, which is another tenant's`)
  return faults
}

// What any address may answer before it is anybody's: too large, of a wrong type, not found, not to be read.
const isOfEveryRoute = (status: number) => [400, 404, 405, 413, 414, 415, 431].includes(status)
