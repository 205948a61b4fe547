import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { apiDocument } from '../../../services/api/api-document.ts'
import { attacksOn, type Attack } from '../../support/api-attack/attacks.ts'
import { startAttackedApi, type AttackedApi } from '../../support/api-attack/attacked-api.ts'
import { mark } from '../../support/api-attack/hostile-values.ts'
import { isWrite, operationsOf, type ApiDocument, type Operation } from '../../support/api-attack/operations.ts'
import { tableContents } from '../../support/api-attack/table-contents.ts'

// Every operation comes from the document, so a route that is added is attacked by itself.
const document = (await apiDocument()) as unknown as ApiDocument
const operations = operationsOf(document)
const withBody = operations.filter(({ body }) => body !== undefined)
const named = (some: readonly Operation[]) => some.map((operation) => ({ name: `${operation.method} ${operation.path}`, operation }))

let api: AttackedApi
let theirsBefore: Record<string, string>
beforeAll(async () => {
  api = await startAttackedApi(document)
  theirsBefore = await tableContents(api.world, 2)
})
afterAll(async () => await api?.close())

type Told = { status: number; code: string; fields: string[] }
const send = async (operation: Operation, attempt: Partial<Attack>): Promise<Told> => {
  const credentials = operation.access === 'public' ? {} : api.everything
  const { status, body } = await api.attempt(operation, credentials, {
    ...attempt,
    ids: { name: 'own_flow', ...api.ours.ids, ...attempt.ids },
  })
  const { code = '', errors = [] } = (body ?? {}) as { code?: string; errors?: { field: string }[] }
  return { status, code, fields: errors.map(({ field }) => field) }
}
const brief = ({ field, query, ids, body }: Attack) => `${field}: ${query ?? ids?.[field] ?? JSON.stringify(body)}`.slice(0, 200)

describe.each(named(operations))('$name', ({ operation }) => {
  it('refuses what the document does not allow, names the field, and changes nothing', async () => {
    const attacks = attacksOn(operation, document, api.misfit, api.ours.ids, api.bodyFor(operation)).filter(({ isRefused }) => isRefused)
    const before = await tableContents(api.world)
    const wrong: string[] = []
    for (const attack of attacks) {
      const told = await send(operation, attack)
      if (!isRefusal(operation, attack, told)) wrong.push(`${brief(attack)} → ${told.status} ${told.code} ${told.fields.join(' ')}`)
    }
    expect(wrong).toEqual([])
    expect(await tableContents(api.world)).toEqual(before)
  })

  it('takes or refuses what else people can think of, and never stumbles', async () => {
    const attacks = attacksOn(operation, document, api.misfit, api.ours.ids, api.bodyFor(operation)).filter(({ isRefused }) => !isRefused)
    const before = await tableContents(api.world)
    for (const attack of attacks) await send(operation, attack)
    if (!isWrite(operation)) expect(await tableContents(api.world)).toEqual(before)
    expect(api.faults.splice(0)).toEqual([])
  })
})

/** Whether this is how a wrong request is answered: 400 with the field, or an address that is none. */
function isRefusal(operation: Operation, { field, ids }: Attack, { status, code, fields }: Told): boolean {
  // What a provider of identities adds to the way back is its own; it leads to a page that says so.
  if ('302' in operation.answers && status === 302) return true
  const isInPath = operation.parameters.some((parameter) => parameter.in === 'path' && parameter.name === field)
  if (isInPath && (status === 404 || code !== 'request-invalid')) return status >= 400 && status < 500 && ids !== undefined
  if (status === 400 && code !== 'request-invalid') return ['body-not-allowed', 'body-too-deep', 'idempotency-key-invalid'].includes(code)
  const names = fields.map((name) => name.split('.'))
  // A wrong value inside of an alternative is told of the whole; the name that is too many stands at its object.
  return (
    (status === 400 || status === 413) &&
    (status === 413 ||
      names.some((path) => path.some((step) => ['body', 'querystring', 'params', field, ...field.split('.')].includes(step))))
  )
}

describe.each(named(withBody))('$name with a body', ({ operation }) => {
  const raw = async (body: string, type = 'application/json') => (await send(operation, { body, headers: { 'content-type': type } })).status

  it('that is too large, too deep, none, cut, or of another type, is refused and changes nothing', async () => {
    const before = await tableContents(api.world)
    const good = JSON.stringify(api.bodyFor(operation))
    expect(await raw(`{"a":"${'a'.repeat(300_000)}"}`)).toBe(413)
    expect(await raw(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)).toBe(400)
    expect(await raw(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)).toBe(400)
    for (const cut of [
      '{',
      good.slice(0, -1),
      `${good}x`,
      '\u0000',
      `{"__proto__":{"isAdmin":true},${good.slice(1)}`,
      `[${good}]`,
      'null',
      '"text"',
      '1e999',
    ])
      expect([cut.slice(0, 20), await raw(cut)]).toEqual([cut.slice(0, 20), 400])
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/json-patch+json',
    ])
      expect([type, await raw(good, type)]).toEqual([type, 415])
    expect(await tableContents(api.world)).toEqual(before)
    expect(api.faults.splice(0)).toEqual([])
  })
})

describe('what is no request that a route could be given', () => {
  it('is answered with problem details too: headers that are too large, an address that is none, words that are no HTTP', async () => {
    const long = await api.ask(undefined, { method: 'GET', path: `/v1/leads?search=${'a'.repeat(20_000)}` })
    expect([long.status, (long.body as { code: string }).code]).toEqual([431, 'headers-too-large'])
    const cookie = await api.ask(undefined, { method: 'GET', path: '/v1/leads', headers: { cookie: mark.repeat(3_000) } })
    expect(cookie.status).toBe(431)
    for (const path of ['/%', '/v1/leads/%ff', '//v1/leads', '/v1/../../etc/passwd', '/v1/leads/..%2f..%2f', '/V1/LEADS'])
      expect([path, [400, 404].includes((await api.ask(undefined, { method: 'GET', path, headers: api.everything })).status)]).toEqual([
        path,
        true,
      ])
    expect(api.faults.splice(0)).toEqual([])
  })
})

describe('all that was sent', () => {
  it('changed nothing of the other tenant', async () => {
    expect(await tableContents(api.world, 2)).toEqual(theirsBefore)
  })

  it('left none of it in the log', () => {
    expect(api.logged.length).toBeGreaterThan(1_000)
    for (const word of [mark, 'etc/passwd', 'DROP TABLE', 'UNION', 'canary.example', ...api.secrets])
      expect(api.logged.find((line) => line.includes(word))).toBeUndefined()
  })
})
