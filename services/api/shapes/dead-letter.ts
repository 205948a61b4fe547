import { z } from 'zod'
import { uuidOf } from '../../leads/event-identity.ts'
import { mask, maskEvent } from '../../leads/mask-event.ts'
import { deadLetterStates, type DeadLetterSummary, type FoundDeadLetter } from '../../platform/worker/dead-letter-store.ts'
import type { ApiParts } from '../api-parts.ts'
import { idShape, timeOf, timeOrNull, timeShape } from './common.ts'

export const deadLetterShape = z
  .object({
    deadLetterId: idShape,
    worker: z.string(),
    topic: z.string(),
    partition: z.int(),
    offset: z.int(),
    code: z.string().meta({ description: 'Why, for programs' }),
    reason: z.string().meta({ description: 'Why, and what to do, for people' }),
    state: z.enum(deadLetterStates),
    recordAt: timeShape.meta({ description: 'Time of the record' }),
    parkedAt: timeShape,
    replayedAt: timeShape.nullable(),
    settledBy: z.string().nullable().meta({ description: 'Who replayed or dropped it' }),
    settledReason: z.string().nullable(),
    keyBytes: z.int(),
    valueBytes: z.int(),
  })
  .meta({ id: 'DeadLetter' })

export const deadLetterDetailShape = deadLetterShape
  .extend({
    isRevealed: z.boolean(),
    key: z.string().nullable(),
    headers: z.record(z.string(), z.string()),
    event: z.unknown().meta({ description: 'The event, where the record can be decoded; null where it cannot' }),
    bytes: z.string().nullable().meta({ description: 'The value in base64, when revealed' }),
  })
  .meta({ id: 'DeadLetterDetail' })

/** A dead letter without its bytes. */
export function summaryOf({ key, value, headers: _headers, ...rest }: FoundDeadLetter): DeadLetterSummary {
  return { ...rest, keyBytes: key?.length ?? 0, valueBytes: value?.length ?? 0 }
}

export const showDeadLetter = (letter: DeadLetterSummary): z.input<typeof deadLetterShape> => ({
  deadLetterId: uuidOf(letter.id),
  worker: letter.worker,
  topic: letter.topic,
  partition: letter.partition,
  offset: letter.offset,
  code: letter.code,
  reason: letter.reason,
  state: letter.state,
  recordAt: timeOf(letter.recordAt),
  parkedAt: timeOf(letter.parkedAt),
  replayedAt: timeOrNull(letter.replayedAt),
  settledBy: letter.settledBy,
  settledReason: letter.settledReason,
  keyBytes: letter.keyBytes,
  valueBytes: letter.valueBytes,
})

// The others did not get through the decoder of a worker, and are not tried again here.
const decodable: ReadonlySet<string> = new Set(['contract-broken', 'event-conflict', 'unknown-tenant', 'unknown-failure'])

/** A dead letter with its event. Unless it is revealed, what can be personal is masked: key, values of headers, fields of the event. */
export async function showDeadLetterDetail(
  letter: FoundDeadLetter,
  decode: ApiParts['decode'],
  isRevealed: boolean,
): Promise<z.input<typeof deadLetterDetailShape>> {
  const shown = isRevealed ? (text: string) => text : (text: string) => mask(text) ?? ''
  const event = decodable.has(letter.code) ? await eventIn(letter, decode) : null
  return {
    ...showDeadLetter(summaryOf(letter)),
    isRevealed,
    key: letter.key === null ? null : shown(letter.key.toString()),
    headers: Object.fromEntries(
      Object.entries(letter.headers).map(([name, value]) => [name, shown(Buffer.from(value, 'base64').toString())]),
    ),
    event: isRevealed ? event : maskEvent(event),
    bytes: isRevealed ? (letter.value?.toString('base64') ?? null) : null,
  }
}

async function eventIn({ topic, value }: FoundDeadLetter, decode: ApiParts['decode']): Promise<unknown> {
  try {
    return await decode(topic, value)
  } catch {
    return null
  }
}
