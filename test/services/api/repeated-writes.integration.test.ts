import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { apiDocument } from '../../../services/api/api-document.ts'
import { startAttackedApi, type AttackedApi } from '../../support/api-attack/attacked-api.ts'
import { isWrite, operationsOf, type ApiDocument, type Operation } from '../../support/api-attack/operations.ts'
import { sampleBody } from '../../support/api-attack/samples.ts'
import { tableContents } from '../../support/api-attack/table-contents.ts'

// Every write of the document, so a route that is added is tested by itself. Signing in and out is left out: what sets a cookie is not kept.
const document = (await apiDocument()) as unknown as ApiDocument
const operations = operationsOf(document)
const writes = operations.filter((operation) => isWrite(operation) && !['public', 'signed-in'].includes(operation.access))
const named = writes.map((operation) => ({ name: `${operation.method} ${operation.path}`, operation }))

let api: AttackedApi
let ids: Record<string, string>
beforeAll(async () => {
  api = await startAttackedApi(document)
})
afterAll(async () => await api?.close())

const call = async (operation: Operation, key: string, body: unknown) =>
  await api.attempt(operation, api.everything, { ids: { name: 'own_flow', ...ids }, body, headers: { 'idempotency-key': key } })

it.each(named)(
  '$name under one Idempotency-Key has one effect and one answer, and the key serves no other request',
  async ({ operation }) => {
    ids = (await api.moreThings(operation)).ids
    const key = randomUUID()
    const body = sampleBody(operation, document, ids)
    const before = await tableContents(api.world)
    const first = await call(operation, key, body)
    // Some things cannot be done to what has just been made, or not by a program: then there is no effect to be repeated.
    if (first.status >= 300) {
      expect([403, 409, 422]).toContain(first.status)
      expect((first.body as { code: string }).code).not.toBe('scope-missing')
      return
    }
    const after = await tableContents(api.world)
    // What only shows what would be done has no effect either.
    if (JSON.stringify(after) === JSON.stringify(before)) return
    const second = await call(operation, key, body)
    expect([second.status, second.headers['idempotency-replayed']]).toEqual([first.status, 'true'])
    expect(withoutOnce(second.body)).toEqual(withoutOnce(first.body))
    expect(second.headers['etag']).toEqual(first.headers['etag'])

    const other = operations.find(({ id }) => id === (operation.id === 'addView' ? 'addNote' : 'addView')) as Operation
    const reused = await call(other, key, sampleBody(other, document, ids))
    expect([reused.status, (reused.body as { code: string }).code]).toEqual([422, 'idempotency-key-reused'])
    expect(await tableContents(api.world)).toEqual(after)
  },
)

describe('all that was asked', () => {
  it('was answered as the document says', () => {
    expect(api.faults).toEqual([])
  })
})

/** An answer without what is told once: secrets are not kept, and whether a mail went out is not known the second time. */
function withoutOnce(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? { ...body, secret: undefined, mail: undefined } : body
}
