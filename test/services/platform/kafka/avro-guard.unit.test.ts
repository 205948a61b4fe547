import { describe, expect, it } from '@jest/globals'
import avsc from 'avsc'
import fc from 'fast-check'
import { eventSchemas } from '../../../../schemas/events.ts'
import { createAvroGuard } from '../../../../services/platform/kafka/avro-guard.ts'
import { TributaryError } from '../../../../services/platform/errors.ts'
import { delivery, form, order, reply } from '../../../support/events.ts'

const samples = {
  'chat.form-submitted': form({ transcript: [{ author: 'AI', text: 'hi', at: 1 }] }),
  'broadcast.delivery-reported': delivery(),
  'broadcast.reply-received': reply(),
  'order.changed': order({ items: [{ id: null, title: 't', quantity: 2, price_minor: 5, image_url: null }] }),
}

describe('the guard before the decoder', () => {
  it.each(Object.entries(samples))('lets every valid %s through', (topic, event) => {
    const schema = eventSchemas[topic as keyof typeof eventSchemas]
    expect(() => createAvroGuard(schema)(avsc.Type.forSchema(schema as avsc.Schema).toBuffer(event))).not.toThrow()
  })

  it('stops five bytes that announce a thousand million items', () => {
    for (const items of ['string', 'null', 'int']) {
      const guard = createAvroGuard({ type: 'array', items })
      expect(() => guard(Buffer.from([0x80, 0xa8, 0xd6, 0xb9, 0x07]))).toThrow('announces more items')
    }
  })

  it('stops a block that announces its items in many small blocks', () => {
    const guard = createAvroGuard({ type: 'array', items: 'null' })
    expect(() => guard(Buffer.concat([...Array.from({ length: 40 }, () => Buffer.from([0xd0, 0x0f])), Buffer.from([0])]))).toThrow(
      'announces more items',
    )
  })

  it('stops nesting that would exhaust the stack', () => {
    const guard = createAvroGuard({ type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] })
    expect(() => guard(Buffer.alloc(200_000, 2))).toThrow('nested deeper')
  })

  it('either refuses mutated bytes with one of our errors, or avsc can decode them', () => {
    const schema = eventSchemas['chat.form-submitted']
    const type = avsc.Type.forSchema(schema as avsc.Schema)
    const guard = createAvroGuard(schema)
    const bytes = type.toBuffer(samples['chat.form-submitted'])
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, length) => {
        const mutated = Buffer.from(bytes)
        mutated[at] = byte
        const cut = mutated.subarray(0, length)
        try {
          guard(cut)
        } catch (error) {
          expect(error).toBeInstanceOf(TributaryError)
          return
        }
        expect(() => type.fromBuffer(cut) as unknown).not.toThrow()
      }),
      { numRuns: 2000 },
    )
  })
})
