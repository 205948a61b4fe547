import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** What the server says where it does not say yes: to a command, or to the `body`. `drop` and `reset` break the connection, `hang` says nothing, `partial` half an answer, `trickle` never ends its answer. */
const scripts = {
  ok: {},
  'greeting-421': { greeting: '421 later' },
  'greeting-554': { greeting: '554 no service' },
  'hang-at-greeting': { greeting: 'hang' },
  'auth-535': { EHLO: '250-scripted\r\n250 AUTH PLAIN', AUTH: '535 5.7.8 someone is unknown' },
  'mail-451': { MAIL: '451 later' },
  'mail-530': { MAIL: '530 5.7.0 log in first' },
  'mail-550': { MAIL: '550 5.7.1 sender not allowed' },
  'rcpt-450': { RCPT: '450 4.2.1 <someone@example.com> is busy' },
  'rcpt-550': { RCPT: '550 5.1.1 <someone@example.com>: Someone is not here' },
  'drop-at-rcpt': { RCPT: 'drop' },
  'hang-at-rcpt': { RCPT: 'hang' },
  'drop-at-data': { DATA: 'drop' },
  'data-554': { DATA: '554 5.5.1 no' },
  '421': { body: '421 later someone@example.com' },
  '451': { body: '451 later someone@example.com' },
  '550': { body: '550 never someone@example.com' },
  '503': { body: '503 bad sequence' },
  'drop-after-body': { body: 'drop' },
  'reset-after-body': { body: 'reset' },
  'hang-after-body': { body: 'hang' },
  'half-an-answer': { body: 'partial' },
  'trickle-after-body': { body: 'trickle' },
} satisfies Record<string, Partial<Record<string, string>>>

export type SmtpScript = keyof typeof scripts

/** `bodies` are the mails that the server got in full, `commands` all that it was told, `extensions` what it offers. */
export type ScriptedSmtp = {
  url: string
  bodies: string[]
  commands: string[]
  script: SmtpScript
  extensions: string[]
  connections(): number
  dropConnections(): Promise<void>
  stop(): Promise<void>
}

const usualReplies: Record<string, string> = { DATA: '354 go on', QUIT: '221 bye', greeting: '220 scripted', body: '250 2.0.0 taken' }

/** A mail server that follows a script, on a free port of the loopback address. */
export async function startScriptedSmtp(): Promise<ScriptedSmtp> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    talk(socket, state)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const dropConnections = async () => {
    await Promise.all(
      [...sockets].map(async (socket) => {
        socket.end()
        await once(socket, 'close')
      }),
    )
  }
  const state: ScriptedSmtp = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies: [],
    commands: [],
    script: 'ok',
    extensions: [],
    connections: () => sockets.size,
    dropConnections,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
  return state
}

function talk(socket: Socket, state: ScriptedSmtp): void {
  const say = (point: string) => {
    const script: Partial<Record<string, string>> = scripts[state.script]
    const ehlo = ['scripted', ...state.extensions]
      .map((line, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${line}`)
      .join('\r\n')
    const reply = script[point] ?? (point === 'EHLO' ? ehlo : (usualReplies[point] ?? '250 ok'))
    answer(socket, reply)
    return reply
  }
  let body: string[] | undefined
  let rest = ''
  say('greeting')
  socket.on('data', (chunk) => {
    const lines = (rest + chunk.toString()).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (body === undefined) {
        state.commands.push(line)
        const verb = line.slice(0, 4).toUpperCase()
        if (say(verb).startsWith('354')) body = []
        if (verb === 'QUIT') socket.end()
      } else if (line === '.') {
        state.bodies.push(body.map((text) => text.replace(/^\./, '')).join('\n'))
        body = undefined
        say('body')
      } else body.push(line)
    }
  })
}

function answer(socket: Socket, reply: string): void {
  if (reply === 'hang') return
  if (reply === 'drop') socket.end()
  else if (reply === 'reset') socket.resetAndDestroy()
  else if (reply === 'partial') socket.write('25')
  else if (reply === 'trickle') {
    const timer = setInterval(() => socket.write('250-still at it\r\n'), 20)
    socket.on('close', () => clearInterval(timer))
  } else socket.write(`${reply}\r\n`)
}
