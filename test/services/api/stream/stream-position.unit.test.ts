import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { openPosition, sealPosition } from '../../../../services/api/stream/stream-position.ts'

const key = randomBytes(32)
const positions = fc.array(fc.nat({ max: 2 ** 47 }), { minLength: 0, maxLength: 64 })

describe('the id of an event', () => {
  it('gives its position back to its tenant, and to nobody else', () => {
    fc.assert(
      fc.property(positions, fc.nat({ max: 2 ** 31 }), (position, tenantId) => {
        const id = sealPosition(key, tenantId, position)
        expect(openPosition(key, tenantId, id)).toEqual(position)
        expect(openPosition(key, tenantId + 1, id)).toBeUndefined()
        expect(openPosition(randomBytes(32), tenantId, id)).toBeUndefined()
      }),
    )
  })

  it('tells nothing by its length, and is another one each time', () => {
    expect(sealPosition(key, 1, [0, 0]).length).toBe(sealPosition(key, 1, [2 ** 40, 7]).length)
    expect(sealPosition(key, 1, [5])).not.toBe(sealPosition(key, 1, [5]))
  })

  it('is refused when it is any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ minLength: 20_000, maxLength: 20_001 })), (text) => {
        expect(openPosition(key, 1, text)).toBeUndefined()
      }),
    )
  })

  it('is refused when a letter of it was changed', () => {
    const id = sealPosition(key, 1, [10, 20, 30])
    for (let index = 0; index < id.length - 1; index++) {
      const other = id[index] === 'A' ? 'B' : 'A'
      expect(openPosition(key, 1, id.slice(0, index) + other + id.slice(index + 1))).toBeUndefined()
    }
  })
})
