import { Writable } from 'node:stream'
import { pino } from 'pino'
import { commandLine } from '../../../services/accounts/actor.ts'
import { createToken, revokeToken } from '../../../services/accounts/api-tokens.ts'
import { scopes, type Scope } from '../../../services/accounts/principal.ts'
import { createExpectAgent, createIdentify } from '../../../services/api/identify.ts'
import { accountParts, goodPassword, inTransactions, makeUser } from '../accounts.ts'
import { startApi } from '../api.ts'
import { createWorld } from '../world.ts'
import { faultsOf } from './answer-rules.ts'
import { askApi, hangUp, type RawAnswer, type RawRequest } from './ask-api.ts'
import { ownThings, type Things } from './own-things.ts'
import { isWrite, operationsOf, pathWith, type ApiDocument, type Operation } from './operations.ts'
import { sampleBody } from './samples.ts'
import { misfitsOf } from './schema-fit.ts'

/** A request to an operation: its path is made from `ids`, its body is JSON unless it is text already. */
export type Attempt = { ids?: Record<string, string>; query?: string; body?: unknown; headers?: Record<string, string> }

/**
 * The API with its real doors over two tenants, ours and theirs, each with a thing of every kind. Whatever is asked, every answer is held against the document and searched for what
 * is theirs; every line of the log is kept.
 */
export async function startAttackedApi(document: ApiDocument) {
  const world = await createWorld(['ours', 'theirs'], 1)
  const logged: string[] = []
  const log = pino({ level: 'trace' }, new Writable({ write: (line, _encoding, done) => (logged.push(String(line)), done()) }))
  const clock = () => new Date()
  const publicUrl = 'https://leads.shop.example'
  const accounts = accountParts(world.env['SMTP_URL'] ?? '', publicUrl)
  const api = await startApi(world, {
    log,
    clock,
    publicUrl,
    accounts,
    identify: createIdentify({ db: world.db, clock, publicUrl }),
    expectAgent: createExpectAgent(world.db),
  })
  const inTx = inTransactions(world.db)
  const tokenOf = async (tenantId: number, given: readonly Scope[] = scopes, expiresAt: Date | null = null) => {
    const now = expiresAt === null ? clock() : new Date(expiresAt.getTime() - 86_400_000)
    return await inTx((tx) => createToken(tx, commandLine, { tenantId, name: 'Program', scopes: [...given], expiresAt }, now))
  }
  const misfit = misfitsOf(document)
  const operations = operationsOf(document)
  const faults: string[] = []
  const theirWords: string[] = []

  /** Sends a request and notes what is wrong with its answer in any case. */
  const ask = async (operation: Operation | undefined, request: RawRequest): Promise<RawAnswer> => {
    const answer = await askApi(api.url, request)
    const sent = `${request.path} ${request.body ?? ''}`
    const words = theirWords.filter((word) => !sent.includes(word))
    for (const fault of faultsOf(operation, answer, misfit, words))
      faults.push(`${request.method} ${request.path.slice(0, 300)} ${(request.body ?? '').slice(0, 300)}: ${fault}`)
    return answer
  }
  const attempt = async (
    operation: Operation,
    credentials: Record<string, string>,
    { ids = {}, query = '', body, headers = {} }: Attempt,
  ) =>
    await ask(operation, {
      method: operation.method,
      path: pathWith(operation, ids) + query,
      headers: { ...credentials, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    })
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
  const signIn = async (tenant: 'ours' | 'theirs', role: 'owner' | 'viewer' = 'owner') => {
    const user = await makeUser(world.db, tenant === 'ours' ? 1 : 2, role)
    const operation = operations.find(({ id }) => id === 'signIn') as Operation
    const answer = await attempt(operation, {}, { body: { tenant, email: user.email, password: goodPassword } })
    const [line = ''] = answer.headers['set-cookie'] ?? []
    const { csrfToken } = answer.body as { csrfToken: string }
    return { user, cookie: line.split(';')[0] ?? '', csrfToken }
  }

  const ourToken = await tokenOf(1)
  const theirToken = await tokenOf(2)
  const things = async (tenantId: 1 | 2, wanted?: Operation[]): Promise<Things> =>
    await ownThings(
      {
        world,
        tenantId,
        credentials: bearer((tenantId === 1 ? ourToken : theirToken).secret),
        operations,
        document,
        attempt,
      },
      wanted,
    )
  const close = async () => {
    hangUp()
    await api.close()
    accounts.close()
    await world.close()
  }
  let ours: Things
  let theirs: Things
  try {
    ours = await things(1)
    theirs = await things(2)
  } catch (error) {
    await close()
    throw error
  }
  theirWords.push(...theirs.words)

  return {
    world,
    url: api.url,
    operations,
    misfit,
    faults,
    logged,
    ours,
    theirs,
    ask,
    attempt,
    bearer,
    signIn,
    tokenOf,
    revoke: (id: string) => inTx((tx) => revokeToken(tx, commandLine, 1, id, clock())),
    /** What lets our program do everything. */
    everything: bearer(ourToken.secret),
    secrets: [ourToken.secret, theirToken.secret, goodPassword],
    /** Other things of ours, of the kinds that an operation is about. */
    moreThings: (operation: Operation) => things(1, [operation]),
    bodyFor: (operation: Operation) => (isWrite(operation) ? sampleBody(operation, document, ours.ids) : undefined),
    close,
  }
}

export type AttackedApi = Awaited<ReturnType<typeof startAttackedApi>>
