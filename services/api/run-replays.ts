import type { Knex } from 'knex'
import { advanceReplay, runningReplays } from '../leads/replays.ts'
import type { Part } from '../platform/lifecycle.ts'
import { transactionOn, withTransaction } from '../platform/mysql/transaction.ts'
import { runLoop, type Loop } from '../platform/worker/run-loop.ts'
import { retried } from './transactions.ts'

const idleMs = 1_000
// The relay takes some thousand rows a second.
const waitingMs = 200

/** Takes the replays that are under way further, a step of each in turn, whoever began them: a process that died leaves its replays to the next. */
export function runReplays(db: Knex, clock: () => Date, loop: Pick<Loop, 'worker' | 'health' | 'metrics' | 'log' | 'onFatal'>): Part {
  return runLoop({
    ...loop,
    name: 'replays',
    turn: async (signal) => {
      const running = await runningReplays(transactionOn(db))
      const states = new Set<string>()
      for (const replay of running) {
        if (signal.aborted) break
        states.add(await retried(() => withTransaction(db, 10_000, (tx) => advanceReplay(tx, replay, clock()))))
      }
      return states.has('running') ? 0 : states.has('waiting') ? waitingMs : idleMs
    },
  })
}
