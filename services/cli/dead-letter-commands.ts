import type { Command } from 'commander'
import { commandLine } from '../accounts/actor.ts'
import { TributaryError } from '../platform/errors.ts'
import { createProducer } from '../platform/kafka/producer.ts'
import { transactionOn } from '../platform/mysql/transaction.ts'
import {
  dropDeadLetter,
  findDeadLetter,
  listDeadLetters,
  type DeadLetterState,
  type DeadLetterSummary,
  type FoundDeadLetter,
} from '../platform/worker/dead-letter-store.ts'
import { replayDeadLetters } from '../platform/worker/replay-dead-letters.ts'
import { createOutput } from './output.ts'
import { kafka, quietLog, withDatabase } from './surroundings.ts'

type Flags = {
  state: DeadLetterState
  code?: string
  worker?: string
  limit: number
  reveal?: boolean
  dryRun?: boolean
  all?: boolean
  json?: boolean
}

export function addDeadLetterCommands(program: Command): void {
  const letters = program.command('dead-letters').description('events that could not be worked on: parked whole, with their reason')
  withFilter(letters.command('list').description('list dead letters, newest first')).action(async (flags: Flags) => {
    const found = await withDatabase((db) => listDeadLetters(transactionOn(db), filterOf(flags)))
    const rows = found.map((letter) => [
      letter.id.toString('hex'),
      letter.code,
      letter.worker,
      `${letter.topic}/${letter.partition}@${letter.offset}`,
      new Date(letter.parkedAt).toISOString(),
      letter.state,
      letter.reason,
    ])
    createOutput(flags.json ?? false).data(
      found.map((letter) => summaryOf(letter)),
      { columns: ['id', 'code', 'worker', 'place', 'parked at', 'state', 'reason'], rows },
    )
  })
  letters
    .command('show <id>')
    .description('show one dead letter; its bytes only with --reveal')
    .option('--reveal', 'print key, value and headers too, in base64')
    .option('--json', 'JSON on stdout')
    .action(async (id: string, { reveal = false, json = false }: { reveal?: boolean; json?: boolean }) => {
      const letter = await withDatabase((db) => findDeadLetter(transactionOn(db), idOf(id)))
      if (letter === undefined) throw noSuch(id)
      const bytes = {
        key: letter.key?.toString('base64') ?? null,
        value: letter.value?.toString('base64') ?? null,
        headers: letter.headers,
      }
      createOutput(json).data({ ...summaryOf(letter), valueBytes: letter.value?.length ?? 0, ...(reveal ? bytes : {}) })
    })
  withFilter(
    letters
      .command('replay [id]')
      .description('produce a dead letter again to its topic, where it is deduplicated like any event; or all that match with --all'),
  )
    .option('--all', 'all that match the filter')
    .option('--dry-run', 'only say which')
    .action(async (id: string | undefined, flags: Flags) => {
      const output = createOutput(flags.json ?? false)
      const replayed = await withDatabase(async (db) => {
        const tx = transactionOn(db)
        const all = flags.all === true ? await listDeadLetters(tx, filterOf(flags)) : []
        const chosen = id === undefined ? all : [await findDeadLetter(tx, idOf(id))].flatMap((letter) => letter ?? []).map(toSummary)
        if (chosen.length === 0)
          throw id === undefined
            ? new TributaryError('config-invalid', 'Nothing to replay: give an id, or --all with a filter that matches something.')
            : noSuch(id)
        if (flags.dryRun === true) return chosen
        const producer = createProducer(kafka(), 'tributary-cli', quietLog())
        try {
          await replayDeadLetters(tx, (records) => producer.send(records), chosen, commandLine.actor, new Date())
        } finally {
          await producer.stop()
        }
        return chosen
      })
      output.data(
        { replayed: replayed.length, dryRun: flags.dryRun ?? false, ids: replayed.map((letter) => letter.id.toString('hex')) },
        { columns: ['id', 'topic'], rows: replayed.map((letter) => [letter.id.toString('hex'), letter.topic]) },
      )
      output.say(flags.dryRun === true ? `${replayed.length} would be replayed.` : `Replayed ${replayed.length}.`)
    })
  letters
    .command('drop <id>')
    .description('close a dead letter that will never be replayed; it stays on record as dropped')
    .option('--reason <text>', 'why; stands with the dead letter', 'from the command line')
    .option('--json', 'JSON on stdout')
    .action(async (id: string, { json = false, reason }: { json?: boolean; reason: string }) => {
      await withDatabase(async (db) => {
        const letter = await findDeadLetter(transactionOn(db), idOf(id))
        if (letter === undefined) throw noSuch(id)
        if (!(await dropDeadLetter(transactionOn(db), letter, commandLine.actor, reason.slice(0, 500))))
          throw new TributaryError('config-invalid', `The dead letter ${id} is ${letter.state} already.`)
      })
      createOutput(json).data({ dropped: id }, { columns: ['dropped'], rows: [[id]] })
    })
}

function withFilter(command: Command): Command {
  return command
    .option('--state <state>', 'parked, replayed or dropped', 'parked')
    .option('--code <code>', 'only with this reason code')
    .option('--worker <name>', 'only of this worker')
    .option('--limit <n>', 'at most so many', Number, 100)
    .option('--json', 'JSON on stdout')
}

const filterOf = ({ state, code, worker, limit }: Flags) => ({
  state,
  limit,
  ...(code === undefined ? {} : { code }),
  ...(worker === undefined ? {} : { worker }),
})

const toSummary = ({ key, value, headers: _headers, ...rest }: FoundDeadLetter): DeadLetterSummary => ({
  ...rest,
  keyBytes: key?.length ?? 0,
  valueBytes: value?.length ?? 0,
})

function summaryOf(letter: Omit<DeadLetterSummary, 'keyBytes' | 'valueBytes'>) {
  const { worker, topic, partition, offset, code, reason, state } = letter
  return {
    id: letter.id.toString('hex'),
    worker,
    topic,
    partition,
    offset,
    code,
    reason,
    state,
    recordAt: new Date(letter.recordAt).toISOString(),
    parkedAt: new Date(letter.parkedAt).toISOString(),
  }
}

// The page and the API write ids as UUIDs, headers and this command as one word.
function idOf(text: string): Buffer {
  const digits = text.replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw noSuch(text)
  return Buffer.from(digits, 'hex')
}

const noSuch = (id: string) =>
  new TributaryError('config-invalid', `There is no dead letter ${id}. \`npx tributary dead-letters list\` shows their ids.`)
