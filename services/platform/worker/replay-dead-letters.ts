import type { OutgoingRecord } from '../kafka/producer.ts'
import type { Transaction } from '../mysql/transaction.ts'
import type { DeadLetterRow } from './dead-letter-relay.ts'
import { markReplayed, readDeadLetters, type DeadLetterSummary } from './dead-letter-store.ts'

const mostRecords = 100
const mostBytes = 1_000_000

/**
 * Produces dead letters again to the topics that they came from, as they were, and notes it. There they are deduplicated like any event: one that counts already changes nothing, so doing
 * it twice, or dying between the two steps, is harmless; one that is still bad is parked anew. Some at a time, so that memory stays flat. Throws what `produce` throws; those
 * before are replayed then.
 */
export async function replayDeadLetters(
  tx: Transaction,
  produce: (records: OutgoingRecord[]) => Promise<void>,
  letters: readonly DeadLetterSummary[],
  by: string,
  now: Date,
): Promise<void> {
  for (const some of chunksOf(letters)) {
    const whole = await readDeadLetters(tx, some)
    await produce(whole.map(toRecord))
    await markReplayed(tx, whole, by, now)
  }
}

function* chunksOf(letters: readonly DeadLetterSummary[]): Generator<DeadLetterSummary[]> {
  let chunk: DeadLetterSummary[] = []
  let bytes = 0
  for (const letter of letters) {
    const size = letter.keyBytes + letter.valueBytes
    if (chunk.length >= mostRecords || (chunk.length > 0 && bytes + size > mostBytes)) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(letter)
    bytes += size
  }
  if (chunk.length > 0) yield chunk
}

const toRecord = ({ topic, key, value, headers, id }: DeadLetterRow): OutgoingRecord => ({
  topic,
  key,
  value,
  headers: {
    ...Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text, 'base64')])),
    'tributary.dead-letter.id': id.toString('hex'),
  },
})
